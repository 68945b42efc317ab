// What a submission port's answers to whoever has not logged in prove.
#pragma once

#include <string>

#include "check/audit.h"

namespace spranga::check {

/// A refusal that means "not without a login", as opposed to one about this mailbox or domain.
[[nodiscard]] bool refuses_strangers(const smtp::Reply& reply);

/// The sender displeased, not the want of a login.
[[nodiscard]] bool blames_sender(const smtp::Reply& reply, bool at_mail);

/// S4, the recipient taken: DATA tells whether mail would really be. 354 drops the connection,
/// unsent. `open` says for whom.
[[nodiscard]] finding::Finding judge_data(Conversation& conversation,
                                          const std::string& port,
                                          std::size_t mark,
                                          words::Word open);

/// S4, a refusal at RCPT or before: passes where it is for want of a login or a right.
[[nodiscard]] finding::Finding judge_refusal(Conversation& conversation,
                                             const smtp::Reply& reply,
                                             std::size_t mark);

}  // namespace spranga::check
