// BanTime: how long a target is banned, given how often it was before (bantime and
// bantime.increment with its formula, factor, multipliers, maxtime and rndtime).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "ban/jail_spec.h"
#include "base/result.h"
#include "guard/judge/formula.h"

namespace spranga::guard {

class BanTime {
public:
  using Length = std::chrono::microseconds;

  /// Errc::malformed names the option of the jail that is not understood.
  [[nodiscard]] static Result<BanTime> make(const ban::JailSpec& spec);

  /// What a target without a history gets; none: for good, by bantime = -1. Any other negative one
  /// ends before it begins, as in fail2ban.
  [[nodiscard]] std::optional<Length> base() const { return base_; }

  /// What no ban of an earlier life is longer than: bantime, or where bans grow their maxtime;
  /// none: each lasts as it was made.
  [[nodiscard]] std::optional<Length> longest_now() const;

  [[nodiscard]] bool grows() const { return grows_ && base_ && base_->count() > 0; }

  /// With `earlier` bans before this one; `random` gives numbers from 0 up to 1. Where the formula
  /// cannot be computed the base stands, as in fail2ban.
  [[nodiscard]] std::optional<Length> after(int earlier,
                                            const std::function<double()>& random) const;

  /// Times beyond this are cut: dates must stay dates.
  static constexpr std::chrono::hours longest{24 * 366 * 1000};

private:
  [[nodiscard]] Result<double> seconds(int earlier) const;

  std::optional<Length> base_;
  bool grows_{false};
  Number factor_;
  std::optional<Formula> formula_;
  std::vector<double> multipliers_;
  std::optional<std::chrono::seconds> maxtime_;
  std::optional<std::chrono::seconds> rndtime_;
};

}  // namespace spranga::guard
