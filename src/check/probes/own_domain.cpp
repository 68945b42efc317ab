#include "check/probes/own_domain.h"

#include <utility>

#include "check/noise_cost.h"
#include "smtp/refusal.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Status;
using words::Word;

}  // namespace

void OwnDomain::add(Status status, words::Phrase summary, Confidence confidence) {
  finding_ = stranger_.finding_of("S3", status, std::move(summary), confidence);
}

void OwnDomain::ask() {
  const auto& subject = stranger_.audit().subject();
  const bool free = noise_cost(LoudProbe::mailbox_refused, stranger_.audit().product()) == 0;
  if (subject.own_address.empty() && (!free || subject.domain.empty())) {
    add(Status::not_tested, {Word::s3_needs_user, {}});
    return;
  }
  const auto sender =
      subject.own_address.empty() ? subject.nonce + "@" + subject.domain : subject.own_address;
  const auto recipient =
      subject.own_address.empty() ? "postmaster@" + subject.domain : subject.own_address;
  if (!stranger_.open()) {
    add(Status::not_tested, stranger_.trouble());
    return;
  }
  auto& session = stranger_.ask();
  auto reply = session.command("MAIL FROM:<" + sender + ">");
  if (reply && reply->ok()) {
    reply = session.command("RCPT TO:<" + recipient + ">");
  }
  if (!reply) {
    add(Status::not_tested, {Word::lost_here, {reply.error().detail}});
    return;
  }
  stranger_.note_refusal("S3", reply, recipient);
  const auto line = reply->first_line();
  refused_ = reply->refused();
  switch (smtp::reason_of(*reply)) {
    case smtp::Reason::none:
      add(Status::warn, {Word::s3_accepted, {sender, line}}, Confidence::indirect);
      break;
    case smtp::Reason::login_required:
    case smtp::Reason::sender_policy:
    case smtp::Reason::not_owner:
    case smtp::Reason::access_denied:
      add(Status::pass, {Word::s3_refused, {sender, line}});
      break;
    case smtp::Reason::greylisted:
      add(Status::not_tested, {Word::greylisted, {line}});
      break;
    default:
      add(Status::not_tested, {Word::s3_unclear, {sender, line}});
      unclear_ = reply->code >= 500 ? line : "";
      break;
  }
  stranger_.reset();
}

void OwnDomain::conclude(bool own_mailbox_taken) {
  if (!unclear_.empty() && own_mailbox_taken) {
    finding_->status = Status::pass;
    finding_->confidence = Confidence::likely;
    finding_->summary = {Word::s3_refused, {stranger_.audit().subject().own_address, unclear_}};
  }
  stranger_.audit().add(std::move(*finding_));
}

}  // namespace spranga::check
