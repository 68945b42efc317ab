#include "render/findings_order.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "text/escape.h"

namespace spranga::render {

namespace {

using finding::Finding;
using finding::Report;
using finding::Status;
using words::say;
using words::Word;

/// From worst to best.
constexpr std::array severity = {
    Status::fail, Status::warn, Status::not_tested, Status::info, Status::pass};

/// "587 (TLS)" for a pass; the address comes before where more than one was tested.
std::string short_place(const Finding& finding, bool with_address, const Style& style) {
  std::string out = with_address ? text::escape(finding.where.address.value_or("")) : "";
  if (finding.where.port) {
    out += (out.empty() ? "" : " ") + std::to_string(*finding.where.port);
  }
  return finding.where.tls && !out.empty() ? say(Word::where_tls_mark, {out}, style.language) : out;
}

}  // namespace

bool is_wanted(Status status, const Style& style) {
  return std::ranges::find(severity, status) <= std::ranges::find(severity, style.lowest);
}

std::vector<const Finding*> worst_first(const Report& report) {
  const auto rank = [](const Finding& finding) {
    const auto* check = finding::find_check(finding.id);
    const auto place = check == nullptr ? 0 : check - finding::catalogue().data();
    const auto weight = check == nullptr ? finding::Weight::inform : check->weight;
    return std::tuple(std::ranges::find(severity, finding.status) - severity.begin(),
                      weight,
                      place,
                      finding.confidence,
                      finding.where.address,
                      finding.where.port);
  };
  std::vector<const Finding*> sorted;
  for (const auto& finding : report.findings) {
    sorted.push_back(&finding);
  }
  std::ranges::stable_sort(
      sorted, [&rank](const Finding* a, const Finding* b) { return rank(*a) < rank(*b); });
  return sorted;
}

std::vector<std::string> passed_lines(const Report& report, const Style& style) {
  const bool with_address = report.hosts.size() > 1;
  std::vector<std::string> out;
  for (const auto& check : finding::catalogue()) {
    std::vector<std::string> places;
    bool passed = false;
    for (const auto& finding : report.findings) {
      if (finding.id == check.id && finding.status == Status::pass) {
        passed = true;
        places.push_back(short_place(finding, with_address, style));
      }
    }
    std::erase(places, "");
    if (passed) {
      out.push_back(std::string(check.id) + "  " + say(check.title, {}, style.language) +
                    (places.empty() ? "" : " · ") + fmt::format("{}", fmt::join(places, ", ")));
    }
  }
  return out;
}

}  // namespace spranga::render
