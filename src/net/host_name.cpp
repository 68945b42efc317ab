#include "net/host_name.h"

#include <fmt/core.h>
#include <idn2.h>

#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::net {

namespace {

constexpr std::size_t longest_name = 253;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

}  // namespace

Result<std::string> normal_host_name(std::string_view typed) {
  std::string name(text::trim(typed));
  const auto refused = [&](std::string_view why) {
    return fail(Errc::malformed,
                fmt::format("\"{}\" is not a host name: {}", text::escape(typed), why));
  };
  if (name.find('\0') != std::string::npos) {
    return refused("a character that no host name has");
  }
  if (name.ends_with('.')) {
    name.pop_back();
  }
  char* ascii = nullptr;
  if (const int code =
          idn2_to_ascii_8z(name.c_str(), &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
      code != IDN2_OK) {
    return refused(idn2_strerror(code));
  }
  auto out = text::to_lower(std::string_view(ascii));
  idn2_free(ascii);
  if (out.empty() || out.size() > longest_name) {
    return refused("it is empty or too long");
  }
  for (const char c : out) {
    if (!is_name_character(c)) {
      return refused("a character that no host name has");
    }
  }
  if (out.front() == '-' || out.front() == '.' || out.find("..") != std::string::npos) {
    return refused("an empty label, or a dash at its start");
  }
  return out;
}

}  // namespace spranga::net
