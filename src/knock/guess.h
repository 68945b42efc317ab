// A guess: one wrong password on a connection of its own, inside TLS with a valid certificate.
#pragma once

#include <string>

#include "knock/door.h"
#include "knock/site.h"

namespace spranga::knock {

enum class Outcome {
  judged,    // refused as a wrong login, or with a 4xx: a guess like any other
  accepted,  // let in
  shut,      // no connection, or it was lost; `kind` says how
  stopped,   // logins are no longer judged: 450, 421 or AUTH withdrawn
  unusable,  // nothing could be guessed here, and that says nothing of a block
};

struct Answer {
  Outcome outcome{Outcome::unusable};
  Kind kind{Kind::closed};  // of shut and stopped
  bool secret_sent{false};
  int code{0};                      // of the reply to the login, 0 where none came
  std::string reply;                // its first line, or what went wrong; raw
  std::string certificate_trouble;  // unusable for this; raw
  SteadyTime at;                    // when the connection attempt began
  SteadyTime end;                   // when the reply came, or the connection ended
  Milliseconds delay{0};            // from the secret's last byte to the reply's
};

/// Guesses `password` for `user`: PLAIN, or LOGIN where PLAIN is not offered or not to be had.
[[nodiscard]] Answer guess(const Site& site,
                           const World& world,
                           const std::string& user,
                           const std::string& password);

/// All of it but the secret: are logins still judged? `judged` where they are.
[[nodiscard]] Answer ask(const Site& site, const World& world);

/// Sixteen random letters and digits.
[[nodiscard]] std::string random_password();

}  // namespace spranga::knock
