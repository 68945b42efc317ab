// What the answers to a relay attempt prove. Pure.
#pragma once

#include <string_view>

#include "smtp/reply.h"

namespace spranga::check {

/// What a refused relay attempt proves.
enum class RelayVerdict { denied, likely_denied, says_nothing };

/// What became of the control: a recipient of the server's own, from the same sender.
enum class Control {
  accepted,
  unknown_mailbox,
  refused,  // for what has nothing to do with relaying
  denied,   // as relaying too, or not even asked for: the sender was refused
};

/// Reads the refusal of an outside recipient, with the control recipient's fate.
[[nodiscard]] RelayVerdict judge_relay_refusal(const smtp::Reply& reply, Control control);

/// Refused for relaying, and no sender would have helped: neither was the control refused so, nor
/// do the words blame the sender. A control that was taken shows less: Postfix and Exim take mail
/// for the bare postmaster past their rules for senders.
[[nodiscard]] bool denies_recipient(const smtp::Reply& reply, Control control);

/// The words that a product has for that. An administrator's own may be meant for a sender.
[[nodiscard]] bool stock_words_of_relaying(std::string_view words);

/// A sender that was looked up in vain, at MAIL or behind it.
[[nodiscard]] bool knows_no_sender(const smtp::Reply& reply, bool at_mail);

}  // namespace spranga::check
