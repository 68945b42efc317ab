#include "render/labels.h"

#include <algorithm>
#include <array>
#include <optional>

namespace spranga::render {

namespace {

using finding::Finding;
using finding::Product;
using finding::Report;
using finding::Status;
using words::Word;

// Each in the order of its enum.
constexpr std::array status_labels = {
    Label{Word::status_pass, "pass"},
    Label{Word::status_fail, "fail"},
    Label{Word::status_warn, "warn"},
    Label{Word::status_info, "info"},
    Label{Word::status_not_tested, "not_tested"},
};
constexpr std::array verdict_labels = {
    Label{Word::verdict_protected, "protected"},
    Label{Word::verdict_needs_upgrade, "needs_upgrade"},
    Label{Word::verdict_not_proven, "not_proven"},
};
constexpr std::array rule_labels = {
    Label{Word::rule_ok, "ok"},
    Label{Word::rule_no, "no"},
    Label{Word::rule_unknown, "unknown"},
};
constexpr std::array confidence_labels = {
    Label{Word::none, "proven"},
    Label{Word::confidence_likely, "likely"},
    Label{Word::confidence_indirect, "indirect"},
};
constexpr std::array weight_labels = {
    Label{Word::weight_must, "must"},
    Label{Word::weight_should, "should"},
    Label{Word::weight_inform, "inform"},
};
constexpr std::array direction_marks = {
    DirectionMark{"->", "C"}, DirectionMark{"<-", "S"}, DirectionMark{"*", "*"}};
constexpr std::array rule_titles = {
    Word::beyond_title, Word::rule1_title, Word::rule2_title, Word::rule3_title};
constexpr std::array verdict_headlines = {
    Headline{Word::verdict_protected, Word::verdict_protected_meaning},
    Headline{Word::verdict_needs_upgrade, Word::verdict_needs_upgrade_meaning},
    Headline{Word::verdict_not_proven, Word::verdict_not_proven_meaning},
};

template <class Table, class Member>
auto row(const Table& table, Member member) {
  return table.at(static_cast<std::size_t>(member));
}

/// The one value that all agree on; unknown where there is none or they differ.
class Agreement {
public:
  void hear(Product product) {
    product_ = !product_ || *product_ == product ? product : Product::unknown;
  }

  [[nodiscard]] Product product() const { return product_.value_or(Product::unknown); }

private:
  std::optional<Product> product_;
};

}  // namespace

Label label_of(finding::Status status) {
  return row(status_labels, status);
}

Label label_of(finding::Verdict verdict) {
  return row(verdict_labels, verdict);
}

Label label_of(finding::RuleState state) {
  return row(rule_labels, state);
}

Label label_of(finding::Confidence confidence) {
  return row(confidence_labels, confidence);
}

Label label_of(finding::Weight weight) {
  return row(weight_labels, weight);
}

DirectionMark mark_of(finding::Direction direction) {
  return row(direction_marks, direction);
}

words::Word rule_title(finding::Rule rule) {
  return row(rule_titles, rule);
}

Headline headline(const Report& report) {
  if (!report.connected) {
    return {Word::verdict_no_connection, Word::verdict_no_connection_meaning};
  }
  const bool faultless = std::ranges::none_of(
      report.findings, [](const Finding& finding) { return finding.status == Status::fail; });
  if (report.verdict == finding::Verdict::not_proven && faultless) {
    return {Word::verdict_no_fault_found, Word::verdict_no_fault_found_meaning};
  }
  return row(verdict_headlines, report.verdict);
}

Product product_at(const Report& report, const finding::Where& where) {
  Agreement here;
  Agreement anywhere;
  for (const auto& host : report.hosts) {
    anywhere.hear(host.product);
    if (where.address && *where.address == host.address) {
      here.hear(host.product);
    }
  }
  return where.address ? here.product() : anywhere.product();
}

Product product_for(const Report& report, finding::RemedyId change) {
  Agreement agreement;
  for (const auto& finding : report.findings) {
    if (finding.remedy == change && finding.status == Status::fail) {
      agreement.hear(product_at(report, finding.where));
    }
  }
  return agreement.product();
}

std::vector<std::string> fix_lines(const Report& report,
                                   const Finding& finding,
                                   words::Language language) {
  const bool at_fault = finding.status == Status::fail || finding.status == Status::warn;
  if (!at_fault || !finding.remedy) {
    return {};
  }
  return finding::remedy_lines(*finding.remedy, product_at(report, finding.where), language);
}

std::string summary_text(const finding::Finding& finding, words::Language language) {
  auto out = say(finding.summary, language);
  for (const auto& more : finding.also) {
    out += "; " + say(more, language);
  }
  return out;
}

}  // namespace spranga::render
