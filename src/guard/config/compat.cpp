#include "guard/config/compat.h"

#include <charconv>
#include <fstream>

#include "guard/config/interpolation.h"
#include "guard/config/python_text.h"

namespace spranga::guard::config {

namespace {

/// What stands behind `key` in the first line that begins with it, without quotes.
std::optional<std::string> value_in(const std::filesystem::path& file, std::string_view key) {
  constexpr int longest = 1000;  // lines
  std::ifstream in(file);
  std::string line;
  for (int i = 0; i < longest && std::getline(in, line); ++i) {
    if (line.starts_with(key)) {
      auto value = replace_all(std::string_view(line).substr(key.size()), "\"", "");
      return std::string(strip(value));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<ban::Compat> parse_compat(std::string_view text) {
  const auto numbered = [text](std::string_view version) {
    return text == version ||
           (text.starts_with(version) && text.substr(version.size()).front() == '.');
  };
  if (numbered("1.0") || numbered("0.11")) {
    return ban::Compat::v1_0;
  }
  return numbered("1.1") ? std::optional(ban::Compat::v1_1) : std::nullopt;
}

ban::Compat installed_compat(const std::filesystem::path& root) {
  const auto module = root / "usr/lib/python3/dist-packages/fail2ban/version.py";
  if (const auto version = value_in(module, "version = ")) {
    if (const auto compat = parse_compat(*version)) {
      return *compat;
    }
  }
  const auto release = value_in(root / "etc/os-release", "VERSION_ID=");
  int number = 0;
  if (release) {
    std::from_chars(release->data(), release->data() + release->size(), number);
  }
  constexpr int trixie = 13;
  return number >= trixie ? ban::Compat::v1_1 : ban::Compat::v1_0;
}

ban::Compat configured_compat(Layers& layers, Problems& problems) {
  const auto ini = layers.unit("spranga");
  if (!ini || !(*ini)->found || (*ini)->section("Definition") == nullptr) {
    return installed_compat();
  }
  const auto value = get({**ini, "Definition", nullptr}, "compat", problems);
  if (!value || !*value || (*value)->str() == "auto") {
    return installed_compat();
  }
  if (const auto compat = parse_compat((*value)->str())) {
    return *compat;
  }
  problems.warn((*value)->written,
                "compat = " + (*value)->str() + ": choose from 1.0, 1.1 and auto; auto holds");
  return installed_compat();
}

}  // namespace spranga::guard::config
