#include "render/paint.h"

#include <array>

namespace spranga::render {

namespace {

// In the order of Ink, Status and RuleState.
constexpr std::array<std::string_view, 7> codes = {
    "", "\x1b[1;32m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[36m", "\x1b[2m", "\x1b[1m"};
constexpr std::array status_inks = {Ink::good, Ink::bad, Ink::warning, Ink::note, Ink::note};
constexpr std::array rule_inks = {Ink::good, Ink::bad, Ink::warning};

}  // namespace

std::string paint(const Style& style, Ink ink, std::string_view text) {
  const auto code = codes.at(static_cast<std::size_t>(ink));
  if (!style.colour || code.empty()) {
    return std::string(text);
  }
  return std::string(code) + std::string(text) + "\x1b[0m";
}

Ink ink_of(finding::Status status) {
  return status_inks.at(static_cast<std::size_t>(status));
}

Ink ink_of(finding::RuleState state) {
  return rule_inks.at(static_cast<std::size_t>(state));
}

Ink ink_of(const finding::Report& report) {
  constexpr std::array verdict_inks = {Ink::good, Ink::bad, Ink::warning};
  return report.connected ? verdict_inks.at(static_cast<std::size_t>(report.verdict))
                          : Ink::warning;
}

}  // namespace spranga::render
