// `spranga tour`: for one who has no mail server yet. A server starts, weak; check shows what is
// wrong; the hardened configuration takes its place; the same check shows what got better; then the
// guard shuts an attacker out, and a ban test measures it.
#pragma once

#include <functional>
#include <string>

#include "render/render.h"

namespace spranga::tour {

struct TourSettings {
  std::string server{"exim"};  // exim, postfix, sendmail
  bool practice{false};        // the practice server, even where a real one could be had
  std::string program;         // path of this very program
  render::Style style;
};

/// Tells the tour, piece by piece, through `print`. All of it happens in a temporary folder and in
/// private namespaces; both are gone at the end, also after Ctrl-C. 0, or 3 where it could not be
/// told.
[[nodiscard]] int run_tour(const TourSettings& settings,
                           const std::function<void(const std::string&)>& print);

}  // namespace spranga::tour
