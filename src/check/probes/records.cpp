#include "check/probes/records.h"

#include "text/ascii.h"

namespace spranga::check {

namespace {

using finding::Status;
using words::Phrase;
using words::Word;

finding::Finding make(Status status, Phrase summary) {
  finding::Finding out;
  out.id = "S6";
  out.status = status;
  out.summary = std::move(summary);
  if (status == Status::warn) {
    out.remedy = finding::RemedyId::publish_spf_dmarc;
  }
  return out;
}

void cite(finding::Finding& finding,
          const std::string& name,
          const std::optional<std::string>& record) {
  finding.evidence.push_back(
      {std::chrono::microseconds{0},
       finding::Direction::event,
       record ? "TXT " + name + " \"" + *record + "\"" : "TXT " + name + ": no such record"});
}

Phrase spf_problem(const std::optional<std::string>& record, const std::string& domain) {
  if (!record) {
    return {Word::s6_no_spf, {domain}};
  }
  const auto all = spf_all(*record);
  const bool open = all == "+all" || all == "?all" || all.empty();
  return open ? Phrase{Word::s6_open_spf, {domain, all.empty() ? "(none)" : all}} : Phrase{};
}

Phrase dmarc_problem(const std::optional<std::string>& record, const std::string& domain) {
  if (!record) {
    return {Word::s6_no_dmarc, {domain}};
  }
  const auto policy = dmarc_policy(*record);
  const bool strict = policy == "reject" || policy == "quarantine";
  return strict ? Phrase{} : Phrase{Word::s6_lax_dmarc, {domain, policy}};
}

}  // namespace

std::optional<std::string> record_with_tag(const std::vector<std::string>& records,
                                           std::string_view tag) {
  for (const auto& record : records) {
    const bool whole =
        record.size() == tag.size() ||
        (record.size() > tag.size() && (record[tag.size()] == ' ' || record[tag.size()] == ';'));
    if (text::starts_with_ignoring_case(record, tag) && whole) {
      return record;
    }
  }
  return std::nullopt;
}

std::string dmarc_policy(std::string_view record) {
  while (!record.empty()) {
    const auto end = std::min(record.find(';'), record.size());
    const auto term = record.substr(0, end);
    record.remove_prefix(std::min(end + 1, record.size()));
    const auto equals = term.find('=');
    if (equals != std::string_view::npos &&
        text::equal_ignoring_case(text::trim(term.substr(0, equals)), "p")) {
      return text::to_lower(text::trim(term.substr(equals + 1)));
    }
  }
  return "";
}

std::string spf_all(std::string_view record) {
  std::string out;
  for (const auto word : text::split_words(record)) {
    auto term = text::to_lower(word);
    if (term == "all") {
      return "+all";
    }
    if (term.size() == 4 && term.ends_with("all")) {
      return term;
    }
    if (term.starts_with("redirect=")) {
      out = "redirect";
    }
  }
  return out;
}

finding::Finding probe_records(const std::string& domain, const World& world, SteadyTime deadline) {
  if (domain.empty()) {
    return make(Status::not_tested, {Word::s6_no_domain, {}});
  }
  const auto spf_records = world.resolver.txt(domain, deadline);
  const auto dmarc_records =
      spf_records ? world.resolver.txt("_dmarc." + domain, deadline) : spf_records;
  if (!spf_records || !dmarc_records) {
    return make(
        Status::not_tested,
        {Word::s6_dns, {spf_records ? dmarc_records.error().detail : spf_records.error().detail}});
  }
  const auto spf = record_with_tag(*spf_records, "v=spf1");
  const auto dmarc = record_with_tag(*dmarc_records, "v=DMARC1");
  std::vector<Phrase> problems;
  for (auto& problem : {spf_problem(spf, domain), dmarc_problem(dmarc, domain)}) {
    if (problem.word != Word::none) {
      problems.push_back(problem);
    }
  }
  auto out = problems.empty() ? make(Status::pass, {Word::s6_good, {domain}})
                              : make(Status::warn, problems.front());
  if (problems.size() > 1) {
    out.also.assign(problems.begin() + 1, problems.end());
  }
  cite(out, domain, spf);
  cite(out, "_dmarc." + domain, dmarc);
  return out;
}

}  // namespace spranga::check
