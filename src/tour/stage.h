// A stage: where the tour's mail server plays, weak at first and hardened then. Two kinds: a real
// server in private namespaces (lab/), and the practice server on loopback where that cannot be
// had.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "render/render.h"

namespace spranga::tour {

/// What one check of the server said: as a person reads it, and as JSON ("spranga.check/1").
struct Seen {
  std::string text;
  std::string json;
};

class Stage {
public:
  virtual ~Stage() = default;

  /// Product and version where known: "Exim".
  [[nodiscard]] virtual std::string server_name() const = 0;

  /// Fetches what is needed; "" where nothing is. A short note for a person, e.g. how much.
  [[nodiscard]] virtual Result<std::string> prepare() = 0;

  /// The command that is run, as the user would type it.
  [[nodiscard]] virtual std::string command() const = 0;

  /// Starts the server, checks it with the user's login, and ends it.
  [[nodiscard]] virtual Result<Seen> look(bool hardened, const render::Style& style) = 0;

  /// The hardened server behind spranga's guard with a ban time of `bantime` seconds: an attacker
  /// guesses, then a ban test measures from outside. `text`: commands and what they said; `json`:
  /// the ban test's report. Both empty: there is no guard on this stage.
  [[nodiscard]] virtual Result<Seen> guard(int bantime) = 0;
};

struct StageSettings {
  std::string server;   // exim, postfix, sendmail
  std::string program;  // path of this very program
  std::string folder;   // private temporary folder, removed by the caller
};

/// Can a real server be run here? "" or why not. Writes lab/ into the folder.
[[nodiscard]] std::string why_no_real_server(const StageSettings& settings);

[[nodiscard]] std::unique_ptr<Stage> make_real_stage(const StageSettings& settings);
[[nodiscard]] std::unique_ptr<Stage> make_practice_stage(const StageSettings& settings);

}  // namespace spranga::tour
