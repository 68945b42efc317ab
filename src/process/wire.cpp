#include "process/wire.h"

namespace spranga::process {

std::uint64_t Unpacker::number(std::size_t size) {
  if (!good_ || rest_.size() < size) {
    good_ = false;
    return 0;
  }
  std::uint64_t out = 0;
  for (std::size_t i = size; i-- > 0;) {
    out = out << 8U | static_cast<unsigned char>(rest_[i]);
  }
  rest_.remove_prefix(size);
  return out;
}

std::string_view Unpacker::view() {
  const auto size = get<std::uint32_t>();
  if (!good_ || rest_.size() < size) {
    good_ = false;
    return "";
  }
  const auto out = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return out;
}

Result<void> Unpacker::finish(std::string_view what) const {
  if (good_ && rest_.empty()) {
    return {};
  }
  return fail(Errc::malformed, std::string(what) + (good_ ? ": bytes left over" : ": cut off"));
}

}  // namespace spranga::process
