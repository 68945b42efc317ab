#include "replay/jail_fault.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "guard/judge/judge.h"
#include "guard/match/matcher.h"

namespace spranga::replay {

namespace {

using Expressions = std::vector<ban::Expression>;

/// An option that matcher or judge may refuse, and how it comes from one jail into another.
struct Refusable {
  std::string_view name;
  void (*take)(ban::JailSpec& to, const ban::JailSpec& from);
};

const std::array refusable = {
    Refusable{"datepattern",
              [](ban::JailSpec& to, const ban::JailSpec& from) {
                to.filter.datepattern = from.filter.datepattern;
              }},
    Refusable{
        "logtimezone",
        [](ban::JailSpec& to, const ban::JailSpec& from) { to.logtimezone = from.logtimezone; }},
    Refusable{
        "logencoding",
        [](ban::JailSpec& to, const ban::JailSpec& from) { to.logencoding = from.logencoding; }},
    Refusable{"bantime.factor",
              [](ban::JailSpec& to, const ban::JailSpec& from) {
                to.increment.factor = from.increment.factor;
              }},
    Refusable{"bantime.formula",
              [](ban::JailSpec& to, const ban::JailSpec& from) {
                to.increment.formula = from.increment.formula;
              }},
    Refusable{"bantime.multipliers",
              [](ban::JailSpec& to, const ban::JailSpec& from) {
                to.increment.multipliers = from.increment.multipliers;
              }},
    Refusable{
        "ignorecache",
        [](ban::JailSpec& to, const ban::JailSpec& from) { to.ignorecache = from.ignorecache; }},
};

/// The jail without anything that may be refused.
ban::JailSpec bare(const ban::JailSpec& spec) {
  ban::JailSpec out = spec;
  const ban::JailSpec fresh;
  out.filter.prefregex.reset();
  out.filter.failregex.clear();
  out.filter.ignoreregex.clear();
  out.filter.weakregex.clear();
  for (const auto& option : refusable) {
    option.take(out, fresh);
  }
  return out;
}

/// Why the jail does not come about; nullopt where it does.
std::optional<std::string> refusal_of(const ban::JailSpec& spec, ban::Instant today) {
  if (const auto matcher = guard::Matcher::make(spec, {}, today); !matcher) {
    return matcher.error().detail;
  }
  const auto judge = guard::Judge::make(spec, {});
  return judge ? std::nullopt : std::optional(judge.error().detail);
}

std::string place_of(const ban::Origin& origin) {
  return origin.file.empty() ? "" : origin.file + ":" + std::to_string(origin.line) + ": ";
}

class Search {
public:
  Search(const ban::JailSpec& spec, ban::Instant today)
      : spec_(spec), bare_(bare(spec)), today_(today) {}

  std::vector<JailFault> run() {
    if (spec_.filter.prefregex) {
      auto alone = bare_;
      alone.filter.prefregex = spec_.filter.prefregex;
      attempt(alone, spec_.filter.prefregex->origin);
      // It may be what catches the host; a broken one is told of once, and catches all.
      prefix_ = faults_.empty() ? *spec_.filter.prefregex : ban::Expression{"^<HOST>", {}};
    }
    expressions(&ban::FilterSpec::failregex);
    expressions(&ban::FilterSpec::ignoreregex);
    expressions(&ban::FilterSpec::weakregex);
    for (const auto& option : refusable) {
      auto alone = bare_;
      option.take(alone, spec_);
      const auto known = spec_.origins.find(option.name);
      attempt(alone, known == spec_.origins.end() ? spec_.origin : known->second);
    }
    if (faults_.empty()) {
      attempt(spec_, spec_.origin);
    }
    return std::move(faults_);
  }

private:
  void expressions(Expressions ban::FilterSpec::*list) {
    for (const auto& expression : spec_.filter.*list) {
      auto alone = bare_;
      alone.filter.prefregex = prefix_;
      (alone.filter.*list).push_back(expression);
      attempt(alone, expression.origin);
    }
  }

  void attempt(const ban::JailSpec& alone, const ban::Origin& origin) {
    auto why = refusal_of(alone, today_);
    if (!why) {
      return;
    }
    const auto place = place_of(origin);
    faults_.push_back({origin, why->starts_with(place) ? why->substr(place.size()) : *why});
  }

  const ban::JailSpec& spec_;
  ban::JailSpec bare_;
  std::optional<ban::Expression> prefix_;
  ban::Instant today_;
  std::vector<JailFault> faults_;
};

}  // namespace

std::vector<JailFault> faults_of(const ban::JailSpec& spec, ban::Instant today) {
  return refusal_of(spec, today) ? Search(spec, today).run() : std::vector<JailFault>();
}

std::string to_text(const JailFault& fault) {
  return place_of(fault.origin) + fault.what;
}

}  // namespace spranga::replay
