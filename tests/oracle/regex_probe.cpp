// guard/regex on standard input and output, for python_re.py. One command a line, bytes in hex:
//   R FLAGS PATTERN   compiles; answers "ok" or "error WHAT". FLAGS: "m", "i", "mi" or "-"
//   S TEXT            searches; answers each group as "BEGIN,END" or "-", or "no", or "limit"
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include "guard/regex/regex.h"

using spranga::guard::Match;
using spranga::guard::MatchStatus;
using spranga::guard::Regex;

namespace {

std::string from_hex(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
    out += static_cast<char>(std::stoi(text.substr(at, 2), nullptr, 16));
  }
  return out;
}

std::string search(const Regex& regex, const std::string& text, Match& match) {
  switch (regex.search(text, match)) {
    case MatchStatus::no_match:
      return "no";
    case MatchStatus::limit:
      return "limit";
    default:
      break;
  }
  std::ostringstream out;
  for (int number = 0; number <= regex.group_count(); ++number) {
    if (match.has(number)) {
      out << match.begin(number) << ',' << match.end(number) << ' ';
    } else {
      out << "- ";
    }
  }
  return out.str();
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  std::optional<Regex> regex;
  Match match({.steps = 10'000'000, .heap_kib = 256 * 1024});
  for (std::string command; std::getline(std::cin, command);) {
    std::istringstream words(command);
    std::string verb;
    std::string argument;
    words >> verb >> argument;
    if (verb == "R") {
      std::string pattern;
      words >> pattern;
      regex.reset();
      auto made = Regex::compile(from_hex(pattern),
                                 {.multiline = argument.find('m') != std::string::npos,
                                  .ignore_case = argument.find('i') != std::string::npos});
      if (made) {
        regex.emplace(*std::move(made));
        std::cout << "ok\n";
      } else {
        std::cout << "error " << made.error().detail << '\n';
      }
    } else if (verb == "S") {
      std::cout << (regex ? search(*regex, from_hex(argument), match) : "none") << '\n';
    }
  }
  return 0;
}
