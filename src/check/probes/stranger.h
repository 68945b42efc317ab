// Stranger: one connection at a time to port 25, as anybody may have it: no login, no TLS. It is
// what the questions S1, S3 and S7 are asked through.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "check/audit.h"

namespace spranga::check {

class Stranger {
public:
  /// Both must outlive it.
  Stranger(Audit& audit, PortFacts& facts)
      : audit_(audit), facts_(facts), port_(std::to_string(facts.port)) {}

  /// A connection to ask on: the one that is there, or a new one. False: trouble() says why not.
  [[nodiscard]] bool open();

  /// The connection that open() has made; what is said from now on is evidence of the findings.
  [[nodiscard]] smtp::Session& ask();

  /// The same, in the middle of a question.
  [[nodiscard]] smtp::Session& session() { return conversation_->smtp(); }

  /// With what was said since the last ask(); where there is no connection, about the port.
  [[nodiscard]] finding::Finding finding_of(
      std::string_view id,
      finding::Status status,
      words::Phrase summary,
      finding::Confidence confidence = finding::Confidence::proven) const;

  /// A refusal that a guard may count is noted as noise of that check.
  void note_refusal(std::string_view id,
                    const Result<smtp::Reply>& reply,
                    const std::string& recipient);

  /// Done with a transaction; a server that dislikes RSET closes, and open() sees that.
  void reset();

  void close() { conversation_.reset(); }

  [[nodiscard]] Audit& audit() const { return audit_; }

  [[nodiscard]] const PortFacts& facts() const { return facts_; }

  [[nodiscard]] const std::string& port() const { return port_; }

  [[nodiscard]] const words::Phrase& trouble() const { return trouble_; }

private:
  Audit& audit_;
  PortFacts& facts_;
  std::string port_;
  std::unique_ptr<Conversation> conversation_;
  std::size_t mark_{0};
  words::Phrase trouble_;
};

}  // namespace spranga::check
