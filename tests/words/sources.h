// The program's sources as tests of the catalogue read them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace spranga::test {

inline std::filesystem::path source_folder() {
  return SPRANGA_SOURCE_DIR "/src";
}

/// The string literals of a source, those that stand side by side as one, with quotes as they
/// print. Comments and character literals are passed over.
inline std::vector<std::string> string_literals(std::string_view source) {
  std::vector<std::string> out;
  bool adjacent = false;  // nothing but blanks since the last literal
  for (std::size_t at = 0; at < source.size(); ++at) {
    const char byte = source[at];
    if (byte == '/' && source.substr(at).starts_with("//")) {
      at = std::min(source.find('\n', at), source.size());
    } else if (byte == '\'' && at + 2 < source.size()) {
      at += source[at + 1] == '\\' ? 3 : source[at + 2] == '\'' ? 2 : 0;
      adjacent = false;
    } else if (byte == '"') {
      std::string text;
      for (++at; at < source.size() && source[at] != '"' && source[at] != '\n'; ++at) {
        if (source[at] == '\\' && at + 1 < source.size()) {
          text += source[at + 1] == '"' ? "" : "\\";
          ++at;
        }
        text += source[at];
      }
      if (adjacent) {
        out.back() += text;
      } else {
        out.push_back(text);
      }
      adjacent = true;
    } else if (byte != ' ' && byte != '\n') {
      adjacent = false;
    }
  }
  return out;
}

inline std::vector<std::string> string_literals_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return string_literals(std::string{std::istreambuf_iterator<char>(file), {}});
}

}  // namespace spranga::test
