#include "guard/dates/date_detector.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "guard/dates/date_reader.h"
#include "guard/dates/same_shape.h"
#include "guard/dates/template_list.h"
#include "guard/dates/template_memory.h"
#include "guard/dates/zone_names.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

// A `now` from before is the admin's, who looks at old logs; younger ones keep their years.
constexpr std::int64_t this_programs_year = 2026;

Result<DefaultZone> default_zone(const std::optional<std::string>& logtimezone, const Zone& local) {
  if (!logtimezone) {
    return DefaultZone{std::nullopt, local};
  }
  const auto offset = read_zone_name(*logtimezone);
  if (offset.problem == ZoneNameProblem::none) {
    return DefaultZone{offset.minutes, local};
  }
  auto named = Zone::named(*logtimezone);
  if (!named) {
    return fail(Errc::malformed,
                fmt::format("logtimezone \"{}\" is neither a name or offset that fail2ban knows "
                            "(CET, UTC+0200) nor a zone of this system (Europe/Zurich)",
                            text::escape(*logtimezone)));
  }
  return DefaultZone{std::nullopt, *std::move(named)};
}

}  // namespace

struct DateDetector::State {
  /// The last date that was completed, but for its seconds.
  struct KnownMinute {
    std::int64_t hour{-1};  // none is known
    std::int64_t minute{0};
    ban::Instant now{};
    ReadDate at_second_0;
  };

  TemplateMemory memory;
  DateReader reader;
  SameShape shape;
  KnownMinute minute;
  std::optional<FoundDate> last;  // by the shape
  ban::Instant last_now{};
};

DateDetector::DateDetector(std::unique_ptr<State> state) : state_(std::move(state)) {}

DateDetector::DateDetector(DateDetector&&) noexcept = default;
DateDetector& DateDetector::operator=(DateDetector&&) noexcept = default;
DateDetector::~DateDetector() = default;

Result<DateDetector> DateDetector::create(const DateSettings& settings, ban::Instant now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const auto today = civil_time(seconds + settings.local.at(seconds).seconds).value_or(CivilTime{});
  SPRANGA_TRY(auto templates,
              list_templates(settings.datepattern, std::max(today.year, this_programs_year)));
  SPRANGA_TRY(auto zone, default_zone(settings.logtimezone, settings.local));
  return DateDetector(std::make_unique<State>(
      State{TemplateMemory(std::move(templates)), DateReader(std::move(zone)), {}, {}, {}, {}}));
}

/// A line like the one before, but for the time of day.
std::optional<FoundDate> DateDetector::find_same_shape(std::string_view line,
                                                       ban::Instant now,
                                                       ban::Instant clock) {
  auto& [memory, reader, shape, known, last, last_now] = *state_;
  if (last && last_now == now && shape.is_repeated(line)) {
    memory.same_again(clock);
    return last;
  }
  last.reset();
  if (!shape.fits(line)) {
    return std::nullopt;
  }
  const auto& winner = memory.same_again(line, shape.match_begin(), shape.match_end(), clock);
  const auto date = complete_same_shape(now);
  last = FoundDate{shape.begin(),
                   shape.end(),
                   date.time,
                   winner.form->name,
                   date.trips_fail2ban,
                   shape.keep(line),
                   date.is_integer};
  last_now = now;
  auto found = *last;
  found.repeated = false;
  last = last->repeated ? last : std::nullopt;
  return found;
}

/// What the fields of the shape say; they differ from the last ones in the time of day only.
ReadDate DateDetector::complete_same_shape(ban::Instant now) {
  constexpr std::int64_t last_second = 59;
  auto& reader = state_->reader;
  auto& known = state_->minute;
  const auto& shape = state_->shape;
  const auto& fields = shape.fields();
  if (fields.hour == known.hour && fields.minute == known.minute && now == known.now) {
    auto date = known.at_second_0;
    date.time = *date.time + std::chrono::seconds(fields.second);
    return date;
  }
  const auto date = reader.complete(fields, now);
  auto first = fields;
  auto last = fields;
  first.second = 0;
  last.second = last_second;
  known = {-1, fields.minute, now, reader.complete(first, now)};
  const auto end = reader.complete(last, now).time;
  const bool whole = known.at_second_0.time && end && !date.trips_fail2ban &&
                     *end - *known.at_second_0.time == std::chrono::seconds(last_second);
  known.hour = whole ? fields.hour : -1;
  return date;
}

std::optional<FoundDate> DateDetector::find(std::string_view line,
                                            ban::Instant now,
                                            ban::Instant clock) {
  if (auto found = find_same_shape(line, now, clock)) {
    return found;
  }
  auto& [memory, reader, shape, known, last, last_now] = *state_;
  shape.forget();
  known.hour = -1;
  last.reset();
  const auto winner = memory.find(line, clock);
  if (!winner) {
    return std::nullopt;
  }
  const auto& [form, match] = std::pair(winner->entry->form.get(), winner->match);
  FoundDate out;
  out.name = form->name;
  out.trips_fail2ban = winner->at_end;
  if (match->has(1)) {
    out.begin = match->begin(1);
    out.end = match->end(1);
  }
  if (out.empty()) {
    return out;
  }
  ReadDate date;
  if (form->kind == DateTemplate::Kind::pattern) {
    DateFields fields;
    const auto problem = fields.read(*winner->entry->compiled, *match);
    if (problem == FieldProblem::none) {
      date = reader.complete(fields, now);
      if (winner->entry->plain) {
        shape.learn(*winner->entry->compiled, *match, line, form->anchored, fields);
      }
    }
    date.trips_fail2ban = date.trips_fail2ban || problem == FieldProblem::trips;
  } else {
    date = read_number_date(*form, *match);
  }
  out.time = date.time;
  out.is_integer = date.is_integer;
  out.trips_fail2ban = out.trips_fail2ban || date.trips_fail2ban;
  return out;
}

std::size_t DateDetector::find_repeated(std::string_view line,
                                        ban::Instant now,
                                        ban::Instant clock) {
  const auto start = repeatable(now);
  if (start.empty() || !line.starts_with(start)) {
    return 0;
  }
  state_->memory.same_again(clock);
  return state_->last->end;
}

std::string_view DateDetector::repeatable(ban::Instant now) const {
  const auto& state = *state_;
  const bool stands =
      state.last && state.last->begin == 0 && state.last->time && state.last_now == now;
  return stands ? state.shape.kept() : std::string_view();
}

text::LineStart DateDetector::same_minute(ban::Instant now,
                                          std::optional<ban::Instant> before) const {
  constexpr std::int64_t last_second = 59;
  constexpr std::int64_t none = -1;
  const auto& [hour, minute, since, first] = state_->minute;
  const auto& fields = state_->shape.fields();
  if (repeatable(now).empty() || hour != fields.hour || minute != fields.minute || since != now) {
    return {};
  }
  const auto left = before ? *before - *first.time : std::chrono::microseconds::max();
  const auto most = std::clamp<std::int64_t>(
      std::chrono::ceil<std::chrono::seconds>(left).count() - 1, none, last_second);
  return state_->shape.same_minute(static_cast<int>(most));
}

ban::Instant DateDetector::at_second(int second) const {
  return *state_->minute.at_second_0.time + std::chrono::seconds(second);
}

std::size_t DateDetector::repeatable_date() const {
  return state_->last ? state_->last->end : 0;
}

void DateDetector::repeat(std::uint64_t lines, ban::Instant clock) {
  state_->memory.same_again(clock, static_cast<std::int64_t>(lines));
}

bool DateDetector::refuses(std::string_view start) const {
  return state_->memory.refuses(start);
}

bool DateDetector::must_look() const {
  return state_->memory.must_look();
}

bool DateDetector::looks_dateless(const LineView& line) const {
  return state_->memory.is_lacking(line);
}

std::vector<TemplateUse> DateDetector::templates() const {
  std::vector<TemplateUse> out;
  for (const auto& entry : state_->memory.entries()) {
    const auto& form = *entry.form;
    out.push_back({form.name,
                   form.pattern ? std::string_view(*form.pattern) : std::string_view{},
                   form.regex,
                   static_cast<int>(entry.hits),
                   entry.weight(),
                   entry.own_weight});
  }
  return out;
}

Result<void> check_logtimezone(const std::string& zone) {
  SPRANGA_TRY([[maybe_unused]] const auto found, default_zone(zone, Zone::fixed(0)));
  return {};
}

}  // namespace spranga::guard
