// Products by name, and a remedy as lines for a person.
#include "finding/remedy.h"

#include <fmt/core.h>

#include <array>
#include <cstddef>

namespace spranga::finding {

namespace {

// In the order of Product.
constexpr std::array<std::string_view, 9> product_names = {
    "", "Postfix", "Exim", "Sendmail", "OpenSMTPD", "Dovecot", "Exchange", "Haraka", ""};

bool concerns(const Remedy::Directive& directive, Product product) {
  return product == Product::unknown || directive.product == product ||
         directive.product == Product::unknown || directive.product == Product::dovecot;
}

std::string line_of(const Remedy::Directive& directive) {
  const auto name = product_name(directive.product);
  return name.empty() ? fmt::format("{}: {}", directive.where, directive.line)
                      : fmt::format("{} ({}): {}", name, directive.where, directive.line);
}

}  // namespace

std::string_view product_name(Product product) {
  return product_names.at(static_cast<std::size_t>(product));
}

std::vector<std::string> remedy_lines(RemedyId id, Product product, words::Language language) {
  const auto& cure = remedy(id);
  std::vector<std::string> lines{words::say(cure.what, {}, language)};
  for (const auto& directive : cure.directives) {
    if (concerns(directive, product)) {
      lines.push_back(line_of(directive));
    }
  }
  return lines;
}

}  // namespace spranga::finding
