// What a submission port's answers to whoever has not logged in prove.
#pragma once

#include <string>

#include "check/audit.h"

namespace spranga::check {

/// What S4 makes of an answer.
struct SubmissionVerdict {
  finding::Status status;
  words::Phrase summary;
  finding::Confidence confidence{finding::Confidence::proven};
};

/// A refusal that means "not without a login", as opposed to one about this mailbox or domain.
[[nodiscard]] bool refuses_strangers(const smtp::Reply& reply);

/// The sender displeased, not the want of a login.
[[nodiscard]] bool blames_sender(const smtp::Reply& reply, bool at_mail);

/// A product's own words for a client without a right. An admin's may be meant for the sender.
[[nodiscard]] bool stock_words_for_clients(const smtp::Reply& reply);

/// Not now; whether for want of a login is not said.
[[nodiscard]] bool puts_off(const smtp::Reply& reply);

/// The recipient was taken: the answer to DATA tells whether mail would really be. `open` says for
/// whom.
[[nodiscard]] SubmissionVerdict judge_data(const Result<smtp::Reply>& reply,
                                           const std::string& port,
                                           words::Word open);

/// A refusal at RCPT or before: passes where it is for want of a login or a right.
[[nodiscard]] SubmissionVerdict judge_refusal(const smtp::Reply& reply,
                                              const std::string& port,
                                              bool at_mail);

}  // namespace spranga::check
