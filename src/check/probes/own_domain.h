// S3: does the server take mail from a stranger whose sender is in its own domain?
#pragma once

#include <optional>
#include <string>

#include "check/probes/stranger.h"

namespace spranga::check {

class OwnDomain {
public:
  explicit OwnDomain(Stranger& stranger) : stranger_(stranger) {}

  /// Without --user only where an unknown mailbox costs no counted line.
  void ask();

  /// Adds S3. Where its words were unclear, and a stranger's mail to the login's own address was
  /// taken meanwhile, what was refused was the claim to be its owner.
  void conclude(bool own_mailbox_taken);

  /// Such a sender was refused, for whatever reason.
  [[nodiscard]] bool refused() const { return refused_; }

private:
  void add(finding::Status status,
           words::Phrase summary,
           finding::Confidence confidence = finding::Confidence::proven);

  Stranger& stranger_;
  bool refused_{false};
  std::string unclear_;  // it was refused for good, in words that do not say why
  std::optional<finding::Finding> finding_;
};

}  // namespace spranga::check
