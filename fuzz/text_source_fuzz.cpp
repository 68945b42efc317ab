// TextSource: the same lines, however the bytes come in; none longer than the limit, none with a
// line break in it.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/input.h"
#include "guard/old_logs/text_source.h"

using spranga::fuzz::require;

namespace {

constexpr std::size_t longest = 40;

class Pieces : public spranga::guard::ByteSource {
public:
  Pieces(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}

  spranga::Result<std::size_t> read(std::span<char> into) override {
    const auto count = std::min({piece_, into.size(), rest_.size()});
    std::copy_n(rest_.data(), count, into.data());
    rest_.remove_prefix(count);
    return count;
  }

  [[nodiscard]] spranga::guard::LogProgress progress() const override { return {}; }

private:
  std::string_view rest_;
  std::size_t piece_;
};

std::vector<std::string> lines_of(std::string_view bytes, std::size_t piece) {
  spranga::guard::TextSource source(std::make_unique<Pieces>(bytes, piece), longest);
  std::vector<std::string> out;
  for (auto line = source.next(); line && *line; line = source.next()) {
    require((*line)->text.size() <= longest);
    require((*line)->text.find('\n') == std::string_view::npos);
    out.emplace_back((*line)->text);
  }
  return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = spranga::fuzz::as_text(data, size);
  const auto whole = lines_of(bytes, size + 1);
  for (const std::size_t piece : {1U, 7U, 41U}) {
    require(lines_of(bytes, piece) == whole);
  }
  return 0;
}
