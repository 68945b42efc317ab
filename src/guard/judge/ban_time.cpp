#include "guard/judge/ban_time.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

constexpr int most_doublings = 20;  // fail2ban's default formula stops there
constexpr double micros = 1e6;
constexpr std::chrono::seconds for_good{-1};  // no other length is; a negative one is over at once

Result<std::vector<double>> parse_multipliers(std::string_view text) {
  std::vector<double> out;
  for (const auto word : text::split_words(text)) {
    long long value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size()) {
      return fail(
          Errc::malformed,
          "bantime.multipliers: \"" + text::escape_clipped(word, 40) + "\" is no whole number");
    }
    out.push_back(static_cast<double>(value));
  }
  return out;
}

Result<Formula> parse_option(std::string_view option, const std::string& text) {
  auto formula = Formula::parse(text);
  if (!formula) {
    return fail(formula.error().code, std::string(option) + ": " + formula.error().detail);
  }
  return formula;
}

BanTime::Length to_length(double seconds) {
  const double longest = std::chrono::duration<double>(BanTime::longest).count();
  return BanTime::Length(std::llround(std::clamp(seconds, 0.0, longest) * micros));
}

}  // namespace

Result<BanTime> BanTime::make(const ban::JailSpec& spec) {
  BanTime out;
  if (spec.bantime != for_good) {
    constexpr std::chrono::seconds most = longest;
    out.base_ = std::clamp<std::chrono::seconds>(spec.bantime, -most, most);
  }
  const auto& increment = spec.increment;
  out.grows_ = increment.enabled;
  out.maxtime_ = increment.maxtime;
  out.rndtime_ = increment.rndtime;
  if (increment.factor) {
    SPRANGA_TRY(const auto factor, parse_option("bantime.factor", *increment.factor));
    const auto value = factor.value({});
    if (!value) {
      return fail(Errc::malformed, "bantime.factor: " + value.error().detail);
    }
    out.factor_ = *value;
  } else {
    out.factor_ = {1, true};
  }
  if (increment.multipliers) {
    SPRANGA_TRY(out.multipliers_, parse_multipliers(*increment.multipliers));
  }
  if (increment.formula) {
    SPRANGA_TRY(out.formula_, parse_option("bantime.formula", *increment.formula));
  }
  return out;
}

std::optional<BanTime::Length> BanTime::longest_now() const {
  if (!grows_) {
    return base_;
  }
  const bool is_limited = maxtime_ && maxtime_->count() >= 0;
  return is_limited ? std::optional<Length>(std::min<std::chrono::seconds>(*maxtime_, longest))
                    : std::nullopt;
}

Result<double> BanTime::seconds(int earlier) const {
  const double base = static_cast<double>(base_->count()) / micros;
  if (!multipliers_.empty()) {
    const auto place = std::min(static_cast<std::size_t>(earlier), multipliers_.size() - 1);
    return base * factor_.value * multipliers_[place];
  }
  if (!formula_) {
    return std::max(base, std::ldexp(base, std::min(earlier, most_doublings)) * factor_.value);
  }
  SPRANGA_TRY(const auto value, formula_->value({base, earlier, factor_}));
  if (std::isnan(value.value)) {
    return fail(Errc::malformed, "not a number");
  }
  return std::max(base, value.value);
}

std::optional<BanTime::Length> BanTime::after(int earlier,
                                              const std::function<double()>& random) const {
  if (!grows() || earlier <= 0) {
    return base_;
  }
  const auto computed = seconds(earlier);
  if (!computed) {
    return base_;
  }
  auto length = *computed;
  if (maxtime_) {
    length = std::min(length, std::chrono::duration<double>(*maxtime_).count());
  }
  if (rndtime_ && random) {
    length += random() * std::chrono::duration<double>(*rndtime_).count();
  }
  if (length == static_cast<double>(for_good.count())) {
    return std::nullopt;  // by maxtime = -1
  }
  return to_length(length);
}

}  // namespace spranga::guard
