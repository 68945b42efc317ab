// Products by name, and a remedy as lines for a person.
#include "finding/remedy.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "words/elsewhere.h"

namespace spranga::finding {

namespace {

// In the order of Product.
constexpr std::array<std::string_view, 9> product_names = {
    "", "Postfix", "Exim", "Sendmail", "OpenSMTPD", "Dovecot", "Exchange", "Haraka", ""};

bool concerns(const Remedy::Directive& directive, Product product) {
  return product == Product::unknown || directive.product == product ||
         directive.product == Product::unknown || directive.product == Product::dovecot;
}

/// "Postfix (main.cf)"
std::string label_of(const Remedy::Directive& directive, words::Language language) {
  const auto name = product_name(directive.product);
  auto where = words::translate(directive.where, language);
  return name.empty() ? where : fmt::format("{} ({})", name, where);
}

}  // namespace

std::string_view product_name(Product product) {
  return product_names.at(static_cast<std::size_t>(product));
}

std::vector<RemedyPlace> remedy_places(RemedyId id, Product product, words::Language language) {
  std::vector<RemedyPlace> places;
  for (const auto& directive : remedy(id).directives) {
    if (!concerns(directive, product)) {
      continue;
    }
    const auto label = label_of(directive, language);
    auto place = std::ranges::find(places, label, &RemedyPlace::label);
    if (place == places.end()) {
      place = places.insert(places.end(), {label, {}});
    }
    place->lines.emplace_back(directive.line);
  }
  return places;
}

std::vector<std::string> remedy_lines(RemedyId id, Product product, words::Language language) {
  std::vector<std::string> lines{words::say(remedy(id).what, {}, language)};
  for (const auto& [label, group] : remedy_places(id, product, language)) {
    if (group.size() == 1) {
      lines.push_back(fmt::format("{}: {}", label, group.front()));
      continue;
    }
    lines.push_back(label + ":");
    for (const auto& line : group) {
      lines.push_back(fmt::format("  {}", line));
    }
  }
  return lines;
}

}  // namespace spranga::finding
