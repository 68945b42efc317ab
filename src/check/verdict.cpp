#include "check/verdict.h"

#include <algorithm>
#include <array>

#include "text/shell_word.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Finding;
using finding::Report;
using finding::Rule;
using finding::RuleState;
using finding::RuleVerdict;
using finding::Status;
using finding::Verdict;
using finding::Weight;
using words::Phrase;
using words::Word;

constexpr std::size_t most_reasons = 4;

bool decides(const Finding& finding, Rule rule) {
  const auto* check = finding::find_check(finding.id);
  return check != nullptr && check->rule == rule && check->weight == Weight::must;
}

/// NO is spoken by a failure that is proven or likely; indirect evidence only keeps a question
/// open.
bool says_no(const Finding& finding) {
  return finding.status == Status::fail && finding.confidence != Confidence::indirect;
}

bool leaves_open(const Finding& finding) {
  const bool shaky = finding.status != Status::info;
  return finding.status == Status::not_tested ||
         (shaky && finding.confidence == Confidence::indirect);
}

void add_unique(std::vector<Phrase>& list, const Phrase& phrase) {
  if (list.size() < most_reasons && std::ranges::find(list, phrase) == list.end()) {
    list.push_back(phrase);
  }
}

/// "A1, A3, A5": ids of the rule that passed everywhere.
std::string passed_ids(const Report& report, Rule rule) {
  std::string out;
  for (const auto& check : finding::catalogue()) {
    if (check.rule != rule) {
      continue;
    }
    const auto same = [&](const Finding& f) { return f.id == check.id; };
    const auto bad = [&](const Finding& f) {
      return same(f) && f.status != Status::pass && f.status != Status::info;
    };
    const auto good = [&](const Finding& f) { return same(f) && f.status == Status::pass; };
    if (std::ranges::any_of(report.findings, good) && std::ranges::none_of(report.findings, bad)) {
      out += (out.empty() ? "" : ", ") + std::string(check.id);
    }
  }
  return out;
}

/// What settles a rule, by the reason that keeps it open. The first row whose reason occurs wins.
/// {0} in a suffix is the reason's first argument, {target} what the user typed. A login is not
/// asked for where there is one.
struct Settler {
  Word reason;
  std::string_view prefix;
  std::string_view suffix;
};

constexpr std::string_view with_a_login = " --user LOGIN";

constexpr std::array settlers = {
    Settler{Word::from_itself, "sudo ", " --from-here"},
    Settler{Word::login_unsafe, "", " --ca-file CA.pem"},
    Settler{Word::a4_name_unknown, "", " --name HOSTNAME"},
    Settler{Word::port_unreachable, "", " -4"},
    Settler{Word::s2_after_message, "", " --deliver"},
    Settler{Word::s2_needs_user, "", with_a_login},
    Settler{Word::s2_own_alias, "", " --other COLLEAGUE"},
    Settler{Word::s2_unknown_colleague, "", " --other COLLEAGUE"},
    Settler{Word::s3_needs_user, "", with_a_login},
    Settler{Word::a3_no_recipient, "", " --domain DOMAIN"},
    Settler{Word::s4_no_recipient, "", " --domain DOMAIN"},
    Settler{Word::s4_unknown_mailbox, "", with_a_login},
    Settler{Word::s2_budget, "", " --ports {0} --other COLLEAGUE"},
    Settler{Word::s4_budget, "", " --ports {0}"},
    Settler{Word::s1_unclear, "", " --relay-to YOU@ELSEWHERE"},
    Settler{Word::s1_own_sender_unknown, "", with_a_login},
    Settler{Word::s1_own_sender_unknown, "", " --relay"},
    Settler{Word::s1_sender_refused, "", " --relay"},
    Settler{Word::s1_accepted_then_lost, "", " --relay-to YOU@ELSEWHERE"},
    Settler{Word::rule_3_not_measured, "", " --ban-test --i-own {target}"},
    Settler{Word::g1_dark, "", " --second-source ADDRESS"},
    Settler{Word::g2_only_likely, "", " --second-source ADDRESS"},
    Settler{Word::g1_certificate, "", " --ca-file CA.pem"},
};

/// This run's command with what is missing.
std::string settle_command(const Report& report,
                           const CheckSettings& settings,
                           const RuleVerdict& verdict) {
  const auto pending = [](const Phrase& phrase) { return phrase.word == Word::g2_pending; };
  if (!settings.state_file.empty() && std::ranges::any_of(verdict.open, pending)) {
    return (settings.from_here ? "sudo spranga check --resume " : "spranga check --resume ") +
           text::shell_word(settings.state_file);
  }
  for (const auto& row : settlers) {
    const auto holds = [&](const Phrase& phrase) { return phrase.word == row.reason; };
    const auto reason = std::ranges::find_if(verdict.open, holds);
    if (reason == verdict.open.end() || (settings.credentials && row.suffix == with_a_login)) {
      continue;
    }
    std::string command = settings.from_here ? "sudo " : std::string(row.prefix);
    command += "spranga check " + text::shell_word(report.target);
    for (const auto& option : settings.typed_options) {
      command += " " + text::shell_word(option);
    }
    std::string suffix(row.suffix);
    if (const auto at = suffix.find("{0}"); at != std::string::npos && !reason->values.empty()) {
      suffix.replace(at, 3, reason->values.front());
    }
    constexpr std::string_view target = "{target}";
    if (const auto at = suffix.find(target); at != std::string::npos) {
      suffix.replace(at, target.size(), text::shell_word(report.target));
    }
    return command + suffix;
  }
  return "";
}

void judge_rule(Report& report, Rule rule, const CheckSettings& settings) {
  auto& verdict = report.rules.at(static_cast<std::size_t>(rule) - 1);
  bool no = false;
  bool tested = false;
  for (const auto& finding : report.findings) {
    if (!decides(finding, rule)) {
      continue;
    }
    no = no || says_no(finding);
    tested =
        tested || (finding.status == Status::pass && finding.confidence != Confidence::indirect);
    if (leaves_open(finding)) {
      add_unique(verdict.open, finding.summary);
    }
  }
  if (no) {
    verdict.state = RuleState::no;
    verdict.open.clear();
  } else if (verdict.open.empty() && tested) {
    verdict.state = RuleState::ok;
  } else {
    verdict.state = RuleState::unknown;
    if (verdict.open.empty()) {
      verdict.open.push_back({Word::nothing_tested, {}});
    }
    if (const auto ids = passed_ids(report, rule); !ids.empty()) {
      verdict.in_favour.push_back({Word::passed_so_far, {ids}});
    }
    verdict.settle_command = settle_command(report, settings, verdict);
  }
}

/// Without a ban test a block that was met by accident is evidence, no proof. With one, N too small
/// and T too long are no fault of the rule: they count as tested.
void judge_rule_3(Report& report, const CheckSettings& settings) {
  auto& verdict = report.rules[2];
  const auto measured = [](const Finding& finding) {
    return finding.id == "G1" && (finding.status == Status::pass || finding.status == Status::warn);
  };
  const auto g1 = std::ranges::find_if(report.findings, measured);
  const auto g2 = std::ranges::find(report.findings, "G2", &Finding::id);
  const bool asked = std::ranges::count(report.findings, "G1", &Finding::id) > 0;
  if (asked) {
    judge_rule(report, Rule::guessing_blocked, settings);
    const bool lasts =
        g2 != report.findings.end() && (g2->status == Status::pass || g2->status == Status::info);
    if (verdict.state == RuleState::unknown && g1 != report.findings.end() && lasts) {
      verdict = {};
      verdict.state = RuleState::ok;
    }
  } else {
    verdict.state = RuleState::unknown;
    verdict.open = {{Word::rule_3_not_measured, {}}};
    verdict.settle_command = settle_command(report, settings, verdict);
  }
  if (verdict.state != RuleState::unknown) {
    return;
  }
  verdict.in_favour.clear();  // what was seen says more than ids
  for (const auto& finding : report.findings) {
    if (finding.id == "G5" || (measured(finding) && g2 != report.findings.end())) {
      add_unique(verdict.in_favour, finding.summary);
    }
  }
}

/// One cure per cause, those that decide only, in the order of the catalogue.
std::vector<finding::RemedyId> changes_of(const Report& report) {
  std::vector<finding::RemedyId> out;
  for (const auto& check : finding::catalogue()) {
    for (const auto& finding : report.findings) {
      const bool counts =
          finding.id == check.id && check.weight == Weight::must && says_no(finding);
      if (counts && finding.remedy && std::ranges::find(out, *finding.remedy) == out.end()) {
        out.push_back(*finding.remedy);
      }
    }
  }
  return out;
}

}  // namespace

void judge(Report& report, const CheckSettings& settings) {
  judge_rule(report, Rule::passwords_over_tls, settings);
  judge_rule(report, Rule::authorised_senders, settings);
  judge_rule_3(report, settings);
  bool any_no = false;
  bool all_ok = true;
  for (std::size_t i = 0; i < report.rules.size(); ++i) {
    auto& rule = report.rules.at(i);
    rule.asked = std::ranges::find(settings.rules, static_cast<int>(i) + 1) != settings.rules.end();
    if (!rule.asked) {
      rule = {};
      rule.asked = false;
      continue;
    }
    any_no = any_no || rule.state == RuleState::no;
    all_ok = all_ok && rule.state == RuleState::ok;
  }
  report.verdict = any_no   ? Verdict::needs_upgrade
                   : all_ok ? Verdict::is_protected
                            : Verdict::not_proven;
  report.changes = changes_of(report);
}

}  // namespace spranga::check
