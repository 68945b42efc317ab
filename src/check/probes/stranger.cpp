#include "check/probes/stranger.h"

#include <utility>

#include "check/noise_cost.h"
#include "check/opening.h"

namespace spranga::check {

bool Stranger::open() {
  if (conversation_ && conversation_->smtp().alive()) {
    return true;
  }
  conversation_.reset();
  auto opened = open_session(audit_, facts_, "S1 S3 S7");
  conversation_ = std::move(opened.conversation);
  trouble_ = opened.trouble;
  mark_ = conversation_ ? conversation_->smtp().mark() : 0;
  return conversation_ != nullptr;
}

smtp::Session& Stranger::ask() {
  mark_ = conversation_->smtp().mark();
  return conversation_->smtp();
}

finding::Finding Stranger::finding_of(std::string_view id,
                                      finding::Status status,
                                      words::Phrase summary,
                                      finding::Confidence confidence) const {
  auto out = conversation_ ? make_finding(id, status, std::move(summary), *conversation_, mark_)
                           : make_finding(id, status, std::move(summary), audit_, facts_.port);
  out.confidence = confidence;
  return out;
}

void Stranger::note_refusal(std::string_view id,
                            const Result<smtp::Reply>& reply,
                            const std::string& recipient) {
  check::note_refusal(audit_, id, *conversation_, reply, recipient);
}

void Stranger::reset() {
  if (conversation_->smtp().alive()) {
    static_cast<void>(conversation_->smtp().command("RSET"));
  }
}

}  // namespace spranga::check
