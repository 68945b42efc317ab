#include "check/noise_cost.h"

#include <algorithm>
#include <array>

namespace spranga::check {

namespace {

using finding::Product;

struct ProbeCost {
  LoudProbe probe;
  Product product;
  int lines;
};

constexpr std::array rows = {
    ProbeCost{LoudProbe::clear_auth_unadvertised, Product::exim, 1},
    ProbeCost{LoudProbe::clear_auth_cancelled, Product::exim, 1},
    ProbeCost{LoudProbe::relay_refused, Product::postfix, 1},
    ProbeCost{LoudProbe::relay_refused, Product::exim, 1},
    ProbeCost{LoudProbe::relay_refused, Product::sendmail, 1},
    ProbeCost{LoudProbe::vrfy_refused, Product::sendmail, 1},
    ProbeCost{LoudProbe::login_failed, Product::postfix, 1},
    ProbeCost{LoudProbe::login_failed, Product::exim, 1},
    ProbeCost{LoudProbe::login_failed, Product::sendmail, 1},
    ProbeCost{LoudProbe::login_failed, Product::dovecot, 1},
    ProbeCost{LoudProbe::mailbox_refused, Product::postfix, 1},
    ProbeCost{LoudProbe::mailbox_refused, Product::exim, 1},
    ProbeCost{LoudProbe::mailbox_refused, Product::sendmail, 1},
};

/// What a product costs that is not known: one line where any product counts one. A bare AUTH tells
/// Exim by its answer, so a server that is still unknown then is none.
int loudest(LoudProbe probe) {
  if (probe == LoudProbe::clear_auth_unadvertised || probe == LoudProbe::clear_auth_cancelled) {
    return 0;
  }
  return std::ranges::any_of(rows, [&](const ProbeCost& row) { return row.probe == probe; }) ? 1
                                                                                             : 0;
}

}  // namespace

int noise_cost(LoudProbe probe, Product product) {
  if (product == Product::unknown || product == Product::other) {
    return loudest(probe);
  }
  for (const auto& row : rows) {
    if (row.probe == probe && row.product == product) {
      return row.lines;
    }
  }
  return 0;
}

}  // namespace spranga::check
