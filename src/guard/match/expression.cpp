#include "guard/match/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "guard/match/line_ends.h"
#include "guard/match/literal_head.h"
#include "guard/match/tags.h"
#include "text/ascii.h"

namespace spranga::guard {

namespace {

constexpr std::string_view alternative_start = "alt_";
constexpr std::string_view tuple_start = "tuple_";

/// "user" of "alt_user_1": what is behind `start`, without a number at its end.
std::string target_of(std::string_view group, std::string_view start) {
  group.remove_prefix(start.size());
  const auto line = group.find_last_not_of("0123456789");
  if (line != std::string_view::npos && line + 1 < group.size() && group[line] == '_') {
    group = group.substr(0, line);
  }
  const auto lower = text::to_lower(group);
  return lower == "id" ? "fid" : lower == "port" ? "fport" : lower;
}

void note(std::string_view caught, bool is_seen, FieldContent& out) {
  if (is_seen) {
    out.emplace<std::string>(caught);
  } else {
    out = UnseenText{caught.size()};
  }
}

TuplePart part_of(const FieldContent* content) {
  const auto* text = content == nullptr ? nullptr : std::get_if<std::string>(content);
  return text == nullptr ? TuplePart() : TuplePart(*text);
}

}  // namespace

MatchStatus Searches::search(const Regex& regex, std::string_view text) {
  last_ = &usual_;
  const auto status =
      text.size() <= long_text ? regex.search(text, usual_) : search_long(regex, text);
  stopped_ += status == MatchStatus::limit ? 1 : 0;
  return status;
}

MatchStatus Searches::search_long(const Regex& regex, std::string_view text) {
  last_ = &first_;
  const auto at_first = regex.search(text, first_, 0, 0);
  if (at_first == MatchStatus::matched) {
    return at_first;
  }
  last_ = &elsewhere_;
  std::size_t second = 1;
  while (second < text.size() && (static_cast<unsigned char>(text[second]) & 0xC0) == 0x80) {
    ++second;
  }
  const auto elsewhere = regex.search(text, elsewhere_, second);
  return elsewhere == MatchStatus::no_match ? at_first : elsewhere;
}

std::string place_of(const ban::Origin& origin) {
  return origin.file.empty() ? "" : fmt::format("{}:{}: ", origin.file, origin.line);
}

CompiledExpression::CompiledExpression(const ban::Expression& source,
                                       std::string expanded,
                                       Regex regex,
                                       ExpressionRole role)
    : source_(&source),
      expanded_(std::move(expanded)),
      regex_(std::move(regex)),
      head_(role.multiline ? "" : literal_head(expanded_)),
      content_(regex_.group_number("content")) {
  for (auto& word : needed_words(expanded_)) {
    needed_.emplace_back(std::move(word));
  }
  for (const auto& set : telling_words(needed_sets(expanded_))) {
    auto& words = line_sets_.emplace_back();
    for (const auto& word : set) {
      words.push_back({NeededWord(word)});
    }
  }
  if (head_.size() > 1) {
    head_word_.emplace(head_);
  }
  constexpr std::array<std::string_view, id_group_count> id_names = {
      "ip4", "ip6", "cidr", "attempts", "repeated", "nofail"};
  std::ranges::transform(id_names, id_groups_.begin(), [this](std::string_view name) {
    return regex_.group_number(name);
  });
  for (int number = 1; number <= regex_.group_count(); ++number) {
    const auto& name = regex_.group_name(number);
    if (name.size() <= alternative_start.size()) {
      continue;
    }
    if (name.starts_with(alternative_start)) {
      alternatives_.push_back({name, target_of(name, alternative_start)});
    } else if (name.starts_with(tuple_start)) {
      tuples_.push_back({name, target_of(name, tuple_start)});
    }
  }
  simple_ = alternatives_.empty() && tuples_.empty() && !has_group("fid") && !has_group("mlfid");
  std::ranges::sort(alternatives_);
  std::ranges::sort(tuples_);
  note_telling_groups();
}

void CompiledExpression::note_telling_groups() {
  constexpr std::array<std::string_view, 12> telling = {"fid",
                                                        "ip4",
                                                        "ip6",
                                                        "dns",
                                                        "cidr",
                                                        "mlfid",
                                                        "user",
                                                        "nofail",
                                                        "mlfgained",
                                                        "mlfforget",
                                                        "attempts",
                                                        "repeated"};
  for (int number = 1; number <= regex_.group_count(); ++number) {
    const std::string_view name = regex_.group_name(number);
    if (name.empty()) {
      continue;
    }
    const auto is_part = [&](const Redirect& one) {
      return one.group == name || one.field == name;
    };
    named_.push_back({number,
                      name,
                      std::ranges::find(telling, name) != telling.end() ||
                          std::ranges::any_of(alternatives_, is_part) ||
                          std::ranges::any_of(tuples_, is_part)});
  }
}

Result<CompiledExpression> CompiledExpression::compile(const ban::Expression& source,
                                                       ExpressionRole role) {
  auto expanded = expand_tags(source.pattern, role.names_too);
  if (expanded.find_first_not_of(" \t\n\r\f\v") == std::string::npos) {
    return fail(Errc::malformed, place_of(source.origin) + "Cannot add empty regex");
  }
  auto regex = Regex::compile(expanded, {.multiline = role.multiline});
  if (!regex) {
    return fail(Errc::malformed,
                fmt::format("{}Unable to compile regular expression '{}':\n{}",
                            place_of(source.origin),
                            expanded,
                            regex.error().detail));
  }
  return CompiledExpression(source, std::move(expanded), *std::move(regex), role);
}

bool CompiledExpression::may_match(std::string_view text) const {
  if (!head_.empty()) {
    return text.starts_with(head_);
  }
  return needed_.empty() ||
         std::ranges::any_of(needed_, [&](const NeededWord& word) { return word.is_in(text); });
}

bool CompiledExpression::has_what_is_needed(std::string_view text) const {
  return text.starts_with(head_) &&
         (needed_.empty() ||
          std::ranges::any_of(needed_, [&](const NeededWord& word) { return word.is_in(text); }));
}

bool CompiledExpression::may_match_line(std::string_view line) const {
  const auto is_in = [&](const LineWord& one) { return one.word.is_in(line); };
  return line_sets_.empty() || std::ranges::any_of(line_sets_, [&](const auto& set) {
           return std::ranges::all_of(set, is_in);
         });
}

void CompiledExpression::drop_weak_words() {
  const auto is_weak = [](const std::vector<LineWord>& set) {
    return std::ranges::all_of(set, [](const LineWord& one) { return is_common(one.word.text()); });
  };
  if (std::ranges::any_of(line_sets_, is_weak)) {
    line_sets_.clear();
  }
}

std::vector<WordSet> CompiledExpression::line_words() const {
  std::vector<WordSet> out;
  for (const auto& set : line_sets_) {
    auto& words = out.emplace_back();
    for (const auto& one : set) {
      words.push_back(one.word.text());
    }
  }
  return out;
}

std::vector<std::vector<std::uint32_t>> CompiledExpression::word_numbers() const {
  std::vector<std::vector<std::uint32_t>> out;
  for (const auto& set : line_sets_) {
    auto& numbers = out.emplace_back();
    for (const auto& one : set) {
      numbers.push_back(one.number);
    }
  }
  return out;
}

void CompiledExpression::number_words(WordTable& table) {
  for (auto& set : line_sets_) {
    for (auto& one : set) {
      one.number = table.number_of(one.word.text());
    }
  }
}

bool CompiledExpression::search(std::string_view text, Searches& searches, ban::Instant now) {
  return may_match(text) && run(text, searches, now);
}

bool CompiledExpression::search_likely(std::string_view text,
                                       Searches& searches,
                                       ban::Instant now) {
  return text.starts_with(head_) && run(text, searches, now);
}

bool CompiledExpression::run(std::string_view text, Searches& searches, ban::Instant now) {
  if (quarantined_until_) {
    if (now < *quarantined_until_) {
      return false;
    }
    quarantined_until_.reset();
  }
  const auto status = cost_ ? timed_search(text, searches) : searches.search(regex_, text);
  if (status == MatchStatus::limit && !has_what_is_needed(text)) {
    searches.take_back_stop();  // it does not match: which look before the search says so differs
    return false;
  }
  if (status == MatchStatus::limit) {
    ++limit_hits_;
    if (++recent_hits_ % hits_to_quarantine == 0) {
      quarantined_until_ = now + quarantine_time;
    }
  }
  return status == MatchStatus::matched;
}

MatchStatus CompiledExpression::timed_search(std::string_view text, Searches& searches) {
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  const auto status = searches.search(regex_, text);
  cost_->time += Clock::now() - begun;
  ++cost_->searches;
  return status;
}

Failure CompiledExpression::groups(const Match& match, bool bare) const {
  Failure failure;
  constexpr std::size_t more = 4;  // that a session adds
  failure.fields.reserve(named_.size() + more);
  for (const auto& [number, name, is_telling] : named_) {
    failure.fields.push_back({name, {}});
    if (const auto caught = match.group(number)) {
      note(*caught, !bare || is_telling, failure.fields.back().content);
    }
  }
  for (const auto& [group, field] : alternatives_) {
    if (failure.has(group) && !failure.has(field)) {
      failure.set(field, FieldContent(*failure.find(group)));
    }
  }
  for (const auto& [group, field] : tuples_) {
    const auto part = part_of(failure.find(group));
    const auto* so_far = failure.find(field);
    const auto* tuple = so_far == nullptr ? nullptr : std::get_if<std::vector<TuplePart>>(so_far);
    auto parts = tuple == nullptr ? std::vector<TuplePart>{part_of(so_far)} : *tuple;
    parts.push_back(part);
    failure.set(field, std::move(parts));
  }
  return failure;
}

std::string_view CompiledExpression::content(const Match& match) const {
  return content_ == 0 ? std::string_view{} : match.group(content_).value_or("");
}

std::vector<std::string> CompiledExpression::skipped_lines(const Match& match) const {
  std::string all;
  for (int n = 0;; ++n) {
    const int number = regex_.group_number(fmt::format("skiplines{}", n));
    if (number == 0) {
      break;
    }
    all += match.group(number).value_or("");
  }
  std::vector<std::string> lines;
  std::string_view rest = all;
  while (!rest.empty()) {
    std::size_t length = 0;
    const auto end = find_line_end(rest, length);
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + length);
  }
  return lines;
}

bool CompiledExpression::has_id() const {
  constexpr std::array names = {"fid", "ip4", "ip6", "dns", "mlfid"};
  return std::ranges::any_of(names, [this](const char* name) { return has_group(name); });
}

}  // namespace spranga::guard
