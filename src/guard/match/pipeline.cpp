#include "guard/match/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "guard/match/source_id.h"

namespace spranga::guard {

namespace {

/// More than a line may stand for, so that no log line can ban by itself what a hundred would not.
constexpr int most_attempts = 100;

/// What spranga's own <F-ATTEMPTS> says: its number; 1 where it caught text that is no number.
std::optional<int> total_of(const Failure& fresh) {
  const auto* text = fresh.text("attempts");
  if (text == nullptr) {
    return std::nullopt;
  }
  int number = 1;
  std::from_chars(text->data(), text->data() + text->size(), number);
  return std::clamp(number, 0, most_attempts);
}

LineParts parts_of(const DatedLine& line) {
  return {std::string(line.before), std::string(line.date_text), std::string(line.after)};
}

/// The lines as expressions see them: without dates, each with a newline.
void join(const std::vector<LineParts>& lines, std::string& out) {
  out.clear();
  for (const auto& line : lines) {
    out += line.before;
    out += line.after;
    out += '\n';
  }
  if (lines.empty()) {
    out = '\n';
  }
}

Failure with_prefix(Failure prefix, const Failure& own) {
  prefix.drop("content");
  prefix.update(own, false);
  return prefix;
}

std::string session_key(const FieldContent& content) {
  if (const auto* text = std::get_if<std::string>(&content)) {
    return *text;
  }
  const auto* tuple = std::get_if<std::vector<TuplePart>>(&content);
  return tuple == nullptr ? "" : tuple_id(*tuple);
}

/// How many failures the line stands for. F-ATTEMPTS tells of a whole session, when it ends: what
/// other lines of it have told of already is not counted again. False: nothing is left.
bool adds(Hit& hit, Failure& session) {
  hit.attempts = hit.total.value_or(1);
  if (!hit.of_session || session.has("nofail")) {
    return hit.attempts > 0;
  }
  if (hit.total) {
    hit.attempts = std::max(0, *hit.total - session.counted);
  }
  session.counted += hit.attempts;
  return hit.attempts > 0;
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

/// What the filter's own id group caught, as an id.
std::string own_id(const FieldContent& fid, bool raw) {
  if (const auto* text = std::get_if<std::string>(&fid)) {
    return canonical_id(*text, raw ? IdKind::raw : IdKind::guess);
  }
  const auto* tuple = std::get_if<std::vector<TuplePart>>(&fid);
  return tuple == nullptr ? "" : tuple_id(*tuple);
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
  ignored_by_.assign(ignore_.size(), 0);
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
  begin(line);
  if (ignores_early() && ignores(nullptr, now)) {
    return;
  }
  if (!passes_prefix(now)) {
    return;
  }
  if (try_all(fail_, false, line, now, out) == Next::go_on && !caught_) {
    static_cast<void>(try_all(weak_, true, line, now, out));
  }
}

void Pipeline::begin(const DatedLine& line) {
  ignored_last_ = caught_ = stale_ = false;
  window_.clear();
  pairs_ = many_lines() ? nullptr : line.pairs;
  if (many_lines()) {
    lines_.push_back(parts_of(line));
    if (lines_.size() > maxlines_) {
      lines_.erase(lines_.begin(), lines_.end() - static_cast<std::ptrdiff_t>(maxlines_));
    }
    window_ = lines_;
    join(lines_, whole_);
    return;
  }
  whole_.assign(line.before);
  whole_ += line.after;
  whole_ += '\n';
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
  const auto& text = place == nullptr ? whole_ : many_lines() ? matched : text_;
  bool found = false;
  for (std::size_t i = 0; i < ignore_.size(); ++i) {
    if (!may_match(ignore_[i]) || !ignore_[i].search(text, ignore_search_, now)) {
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

bool Pipeline::passes_prefix(ban::Instant now) {
  if (!prefix_) {
    text_ = whole_;
    return true;
  }
  prefix_matched_ = may_match(*prefix_) && prefix_->search(whole_, prefix_search_, now);
  if (!prefix_matched_) {
    return false;
  }
  const auto content = prefix_->content(prefix_search_.match());
  if (content.empty()) {
    text_ = whole_;
    return true;
  }
  text_.assign(content);
  if (many_lines()) {
    lines_ = {{"", "", text_}};
  }
  text_ += '\n';
  return true;
}

Pipeline::Next Pipeline::try_all(std::vector<CompiledExpression>& expressions,
                                 bool weak,
                                 const DatedLine& line,
                                 ban::Instant now,
                                 std::vector<Hit>& out) {
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    if (stale_) {
      join(many_lines() ? lines_ : std::vector<LineParts>{}, text_);
      stale_ = false;
    }
    if (!may_match(expressions[i]) || !expressions[i].search(text_, search_, now)) {
      continue;
    }
    caught_ = true;
    Hit hit;
    hit.expression = &expressions[i].source();
    hit.regex_index = static_cast<int>(i);
    hit.weak = weak;
    hit.at = line.at;
    if (take(std::move(hit), expressions[i], line, now, out) == Next::stop) {
      return Next::stop;
    }
  }
  return Next::go_on;
}

Pipeline::Next Pipeline::take(Hit hit,
                              const CompiledExpression& expression,
                              const DatedLine& line,
                              ban::Instant now,
                              std::vector<Hit>& out) {
  if (window_.empty()) {
    window_.push_back(parts_of(line));
  }
  auto failure = expression.groups(search_.match());
  const auto place = locate(expression);
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
    failure = with_prefix(prefregex_groups(), failure);
  }
  hit.total = total_of(failure);
  const auto* session = failure.find("mlfid");
  if (session == nullptr || !is_set(*session)) {
    failure.matches = place.matched;
    return finish(std::move(hit), std::make_shared<Failure>(std::move(failure)), out);
  }
  hit.of_session = true;
  const auto key = session_key(*session);
  auto merged = sessions_.merge(key, std::move(failure), place.matched, now);
  if (merged->has("nofail") && !settings_.check_all) {
    if (settings_.show_nofail) {
      auto copy = *merged;
      const auto ids = identify(copy, false);
      if (ids.valid) {
        emit(hit, ids, copy, out);
      }
    }
    return Next::stop;
  }
  return finish(std::move(hit), merged, out);
}

Pipeline::Next Pipeline::finish(Hit hit,
                                const std::shared_ptr<Failure>& session,
                                std::vector<Hit>& out) {
  const auto ids = identify(*session, hit.of_session);
  if (!ids.valid) {
    return Next::go_on;
  }
  if (!ids.ids.empty() && !ids.ids.front()) {
    session->pending = true;
    if (!settings_.check_all && !settings_.show_pending) {
      return Next::stop;
    }
  }
  if (!adds(hit, *session) && !settings_.check_all && !settings_.show_nofail) {
    return Next::stop;
  }
  emit(hit, ids, *session, out);
  return settings_.check_all ? Next::go_on : Next::stop;
}

/// Which lines of the window the last match covers.
Pipeline::Place Pipeline::locate(const CompiledExpression& expression) const {
  Place place;
  if (window_.size() <= 1) {
    place.matched = window_;
    return place;
  }
  const auto& match = search_.match();
  const std::string_view text = text_;
  const auto before = text.substr(0, match.begin() + 1).rfind('\n');
  const auto from = before == std::string_view::npos ? 0 : before + 1;
  const auto behind = text.find('\n', match.end() == 0 ? text.size() - 1 : match.end() - 1);
  const auto to = behind == std::string_view::npos ? text.size() : behind + 1;
  const auto lines_before = [&](std::size_t end) {
    const auto count = std::ranges::count(text.substr(0, end), '\n');
    return std::min(static_cast<std::size_t>(count), window_.size());
  };
  const auto first = static_cast<std::ptrdiff_t>(lines_before(from));
  const auto last = static_cast<std::ptrdiff_t>(std::max(lines_before(to), lines_before(from)));
  place.matched.assign(window_.begin() + first, window_.begin() + last);
  place.unmatched.assign(window_.begin(), window_.begin() + first);
  std::size_t at = 0;
  for (const auto& skipped : expression.skipped_lines(match)) {
    for (auto i = at; i < place.matched.size(); ++i) {
      if (place.matched[i].seen() == skipped) {
        place.unmatched.push_back(std::move(place.matched[i]));
        place.matched.erase(place.matched.begin() + static_cast<std::ptrdiff_t>(i));
        at = i;
        break;
      }
    }
  }
  place.unmatched.insert(place.unmatched.end(), window_.begin() + last, window_.end());
  return place;
}

Pipeline::Ids Pipeline::identify(Failure& failure, bool of_session) const {
  const bool raw_names = settings_.usedns == ban::UseDns::raw || settings_.raw_hosts;
  const auto* fid = failure.find("fid");
  const bool has_fid = fid != nullptr && is_set(*fid);
  const auto* ip = failure.text("ip4");
  auto kind = IdKind::ipv4;
  if (ip == nullptr) {
    ip = failure.text("ip6");
    kind = IdKind::ipv6;
  }
  std::optional<int> prefix;
  if (ip != nullptr) {
    prefix = prefix_length(failure.text("cidr"));
  } else if ((ip = failure.text("dns")) != nullptr) {
    if (!raw_names) {
      return {resolve(*ip)};
    }
    kind = IdKind::raw;
  } else if (has_fid) {
    return {{own_id(*fid, raw_names)}};
  } else {
    return {{std::nullopt}, of_session};
  }
  const auto* fid_text = has_fid ? std::get_if<std::string>(fid) : nullptr;
  auto address = canonical_id(*ip, kind, prefix);
  if (!has_fid || (fid_text != nullptr && *fid_text == *ip)) {
    return {{std::move(address)}};
  }
  auto id = own_id(*fid, raw_names);
  failure.set("ip", std::move(address));
  return {{std::move(id)}};
}

std::vector<std::optional<std::string>> Pipeline::resolve(const std::string& name) const {
  if (auto address = plain_address(name)) {
    return {std::move(address)};
  }
  std::vector<std::optional<std::string>> ids;
  if (settings_.resolve && settings_.usedns != ban::UseDns::no) {
    for (auto& address : settings_.resolve(name)) {
      ids.emplace_back(std::move(address));
    }
  }
  return ids;
}

void Pipeline::emit(Hit& hit, const Ids& ids, const Failure& failure, std::vector<Hit>& out) const {
  for (const auto& id : ids.ids) {
    hit.id = id;
    hit.failure = failure;
    out.push_back(hit);
  }
}

}  // namespace spranga::guard
