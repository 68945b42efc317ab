#include "guard/match/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "guard/match/source_id.h"
#include "guard/match/window.h"

namespace spranga::guard {

namespace {

std::optional<int> number_of(const Failure& fresh, std::string_view name) {
  const auto* text = fresh.text(name);
  return text == nullptr ? std::nullopt : std::optional(attempts_in(*text));
}

Failure with_prefix(Failure prefix, Failure own) {
  prefix.drop("content");
  prefix.fields.reserve(prefix.fields.size() + own.fields.size());
  prefix.update(std::move(own), false);
  return prefix;
}

std::string session_key(const FieldContent& content) {
  if (const auto* text = std::get_if<std::string>(&content)) {
    return *text;
  }
  const auto* tuple = std::get_if<std::vector<TuplePart>>(&content);
  return tuple == nullptr ? "" : tuple_id(*tuple);
}

Result<std::vector<CompiledExpression>> compile_all(const std::vector<ban::Expression>& sources,
                                                    ExpressionRole role,
                                                    bool needs_id) {
  std::vector<CompiledExpression> all;
  for (const auto& source : sources) {
    SPRANGA_TRY(auto compiled, CompiledExpression::compile(source, role));
    if (needs_id && !compiled.has_id()) {
      return fail(
          Errc::malformed,
          fmt::format(
              "{}No failure-id group in '{}'", place_of(source.origin), compiled.expanded()));
    }
    all.push_back(std::move(compiled));
  }
  return all;
}

}  // namespace

Result<std::unique_ptr<Pipeline>> Pipeline::make(const ban::FilterSpec& filter,
                                                 PipelineSettings settings) {
  std::unique_ptr<Pipeline> pipeline(new Pipeline(std::move(settings)));
  SPRANGA_CHECK(pipeline->compile(filter));
  return pipeline;
}

Result<void> Pipeline::compile(const ban::FilterSpec& filter) {
  maxlines_ = static_cast<std::size_t>(std::max(filter.maxlines, 1));
  const bool names_too = settings_.usedns != ban::UseDns::no;
  if (filter.prefregex) {
    SPRANGA_TRY(prefix_, CompiledExpression::compile(*filter.prefregex, {.names_too = names_too}));
  }
  const bool needs_id = !prefix_ || !prefix_->has_id();
  const ExpressionRole catching{.names_too = names_too, .multiline = many_lines()};
  SPRANGA_TRY(fail_, compile_all(filter.failregex, catching, needs_id));
  SPRANGA_TRY(weak_, compile_all(filter.weakregex, catching, needs_id));
  SPRANGA_TRY(ignore_, compile_all(filter.ignoreregex, {.names_too = names_too}, false));
  if (prefix_ && prefix_->has_line_words()) {
    for (auto* list : {&fail_, &weak_}) {
      std::ranges::for_each(*list, &CompiledExpression::drop_weak_words);
    }
  }
  prepare_bare();
  ignored_by_.assign(ignore_.size(), 0);
  if (settings_.timed) {
    if (prefix_) {
      prefix_->time_searches();
    }
    for (auto* list : {&fail_, &weak_, &ignore_}) {
      std::ranges::for_each(*list, &CompiledExpression::time_searches);
    }
  }
  return {};
}

std::vector<const CompiledExpression*> Pipeline::expressions() const {
  std::vector<const CompiledExpression*> all;
  if (prefix_) {
    all.push_back(&*prefix_);
  }
  for (const auto* list : {&fail_, &weak_, &ignore_}) {
    for (const auto& expression : *list) {
      all.push_back(&expression);
    }
  }
  return all;
}

void Pipeline::process(const DatedLine& line, ban::Instant now, std::vector<Hit>& out) {
  if (telling_.empty()) {
    look_at(line, now, out);
    if (numbered_ && !satisfied_ && !prefix_ && !many_lines() && !caught_ && !ignored_last_) {
      learn_refusal();
    }
    return;
  }
  const bool quiet = is_quiet(line);
  if (quiet && loud_ == 0) {
    ignored_last_ = caught_ = false;
    quiet_.add(line);
    return;
  }
  quiet_.move_to(lines_);
  look_at(line, now, out);
  // What a match leaves of earlier lines stays for longer.
  loud_ = quiet && !caught_ ? loud_ - 1 : maxlines_;
}

void Pipeline::look_at(const DatedLine& line, ban::Instant now, std::vector<Hit>& out) {
  begin(line);
  if (ignores_early() && ignores(nullptr, now)) {
    return;
  }
  if ((!settings_.note_prefix && !may_be_caught()) || !passes_prefix(now)) {
    return;
  }
  if (try_all(fail_, 0, line, now, out) == Next::go_on && !caught_) {
    static_cast<void>(try_all(weak_, first_weak(), line, now, out));
  }
}

bool Pipeline::ignores_early() const {
  return !ignore_.empty() && ignore_.size() + 2 < fail_.size();
}

/// Before any match (`place` is null) or after one.
bool Pipeline::ignores(const Place* place, ban::Instant now) {
  std::string matched;
  if (place != nullptr && many_lines()) {
    join(place->matched, matched);
  }
  const std::string_view line = many_lines() ? matched : text_;
  const auto text = place == nullptr ? std::string_view(whole_) : line;
  bool found = false;
  for (std::size_t i = 0; i < ignore_.size(); ++i) {
    if (!may_match(ignore_[i], first_ignore() + i) ||
        !search(ignore_[i], text, ignore_search_, now)) {
      continue;
    }
    found = ignored_last_ = true;
    ++ignored_by_[i];
    if (place != nullptr && (!settings_.check_all || many_lines())) {
      lines_ = place->unmatched;
    }
    if (!settings_.check_all) {
      break;
    }
  }
  return found;
}

/// Whether any failregex is worth a search, whatever prefregex leaves of the line.
bool Pipeline::may_be_caught() const {
  if (prefix_ && many_lines()) {
    return true;  // later lines see what prefregex leaves of this one
  }
  return (!prefix_ || may_match(*prefix_, prefix_number())) &&
         (may_match_any(fail_, 0) || may_match_any(weak_, first_weak()));
}

bool Pipeline::may_match_any(const std::vector<CompiledExpression>& expressions,
                             std::size_t first) const {
  if (by_words_ && !many_lines()) {
    return likely_.has_any(first, first + expressions.size());
  }
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    if (may_match(expressions[i], first + i)) {
      return true;
    }
  }
  return false;
}

bool Pipeline::passes_prefix(ban::Instant now) {
  if (!prefix_) {
    text_ = whole_;
    return true;
  }
  prefix_tried_ = true;
  prefix_matched_ =
      may_match(*prefix_, prefix_number()) && search(*prefix_, whole_, prefix_search_, now);
  if (!prefix_matched_) {
    return false;
  }
  const auto content = prefix_->content(prefix_search_.match());
  if (content.empty()) {
    text_ = whole_;
    return true;
  }
  if (many_lines()) {
    lines_ = {{"", "", std::string(content)}};
  }
  if (content.end() + 1 == std::string_view(whole_).end()) {
    text_ = {content.begin(), content.size() + 1};  // with the end of the line
    return true;
  }
  made_text_.assign(content);
  made_text_ += '\n';
  text_ = made_text_;
  return true;
}

Pipeline::Next Pipeline::try_all(std::vector<CompiledExpression>& expressions,
                                 std::size_t first,
                                 const DatedLine& line,
                                 ban::Instant now,
                                 std::vector<Hit>& out) {
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    if (by_words_ && !likely_.has(first + i)) {
      continue;
    }
    if (stale_) {
      join(many_lines() ? lines_ : std::vector<LineParts>{}, made_text_);
      text_ = made_text_;
      stale_ = false;
    }
    if (!may_match(expressions[i], first + i) || !search(expressions[i], text_, search_, now)) {
      continue;
    }
    caught_ = true;
    Hit hit;
    hit.expression = &expressions[i].source();
    hit.regex_index = static_cast<int>(i);
    hit.weak = &expressions == &weak_;
    hit.at = line.at;
    if (take(std::move(hit), expressions[i], line, now, out) == Next::stop) {
      return Next::stop;
    }
  }
  return Next::go_on;
}

Pipeline::Next Pipeline::take(Hit&& hit,
                              const CompiledExpression& expression,
                              const DatedLine& line,
                              ban::Instant now,
                              std::vector<Hit>& out) {
  if (settings_.bare) {
    if (const auto next = take_bare(hit, expression, line, now, out)) {
      return *next;
    }
  }
  if (window_.empty()) {
    window_.push_back(settings_.bare ? unseen_parts_of(line) : parts_of(line));
  }
  auto failure = expression.groups(search_.match(), settings_.bare);
  auto place = locate(expression);
  if (!ignore_.empty() && ignores(&place, now)) {
    stale_ = many_lines() || !settings_.check_all;
    return settings_.check_all ? Next::go_on : Next::stop;
  }
  if (line.undated && !line.at && settings_.need_date) {
    return Next::go_on;
  }
  if (!settings_.check_all || many_lines()) {
    lines_ = place.unmatched;
    stale_ = true;
  }
  if (prefix_) {
    failure =
        with_prefix(prefix_->groups(prefix_search_.match(), settings_.bare), std::move(failure));
  }
  hit.total = number_of(failure, "attempts");
  hit.attempts = number_of(failure, "repeated").value_or(1);
  const auto* session = failure.find("mlfid");
  if (session == nullptr || !is_set(*session)) {
    failure.matches = std::move(place.matched);
    return finish(std::move(hit), std::make_shared<Failure>(std::move(failure)), out);
  }
  const auto key = session_key(*session);
  return take_session(
      std::move(hit), sessions_.merge(key, std::move(failure), std::move(place.matched), now), out);
}

/// What its session knows by now.
Pipeline::Next Pipeline::take_session(Hit&& hit,
                                      const std::shared_ptr<Failure>& merged,
                                      std::vector<Hit>& out) {
  hit.of_session = true;
  if (merged->has("nofail") && !settings_.check_all) {
    if (settings_.show_nofail) {
      auto copy = *merged;
      const auto ids = identify(copy, false);
      if (ids.valid) {
        hit.nofail = copy.has("nofail");
        if (!settings_.bare) {
          hit.failure = std::move(copy);
        }
        emit(hit, ids, out);
      }
    }
    return Next::stop;
  }
  return finish(std::move(hit), merged, out);
}

Pipeline::Next Pipeline::finish(Hit&& hit,
                                const std::shared_ptr<Failure>& session,
                                std::vector<Hit>& out) {
  const auto ids = identify(*session, hit.of_session);
  if (!ids.valid) {
    return Next::go_on;
  }
  if (ids.wait()) {
    session->pending = true;
    if (!settings_.check_all && !settings_.show_pending) {
      return Next::stop;
    }
  }
  hit.nofail = session->has("nofail");
  if (!hit.adds_to(session->counted) && !settings_.check_all && !settings_.show_nofail) {
    return Next::stop;
  }
  if (!settings_.bare) {
    hit.failure = *session;
  }
  emit(hit, ids, out);
  return settings_.check_all ? Next::go_on : Next::stop;
}

}  // namespace spranga::guard
