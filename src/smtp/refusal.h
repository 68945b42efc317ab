// Why a server refused something, as far as its reply tells: code, enhanced code and words. Real
// servers disagree on codes and rarely on words, so both are read, by one table.
#pragma once

#include "smtp/reply.h"

namespace spranga::smtp {

enum class Reason {
  none,                 // it was no refusal
  tls_required,         // it wants STARTTLS first
  login_required,       // it wants AUTH first
  mechanism,            // this SASL mechanism is not to be had (here)
  bad_credentials,      // user name or password wrong, or account locked
  not_owner,            // the envelope sender does not belong to the login
  relay_denied,         // not a domain of ours, and no permission to relay
  sender_policy,        // SPF, DMARC, anti-spoofing
  sender_unverifiable,  // the sender's domain or mailbox cannot be confirmed
  helo,                 // the HELO name displeases
  recipient_unknown,    // no such mailbox
  recipient_domain,     // the recipient's domain takes no mail or is not found
  client_blocked,       // our address is on a list, or has no reverse name
  greylisted,           // come back later, on purpose
  too_many,             // a rate or session limit
  access_denied,        // an authorisation refusal in general words
  not_implemented,      // command unknown or switched off
  bad_sequence,         // command out of order
  unclear,              // none of these
};

/// Text quoted in <…> or with an @ (our own addresses come back in replies) is not read.
[[nodiscard]] Reason reason_of(const Reply& reply);

/// A refusal of the very thing that was asked for: permanent, and not because of who asks (address,
/// HELO name, sender), how often, or in which order, and in words that say so. At DATA it is the
/// answer to the whole envelope.
[[nodiscard]] bool refused_for_good(const Reply& reply);

/// The same at DATA and behind the message, where the content is judged too: "550 Administrative
/// prohibition" may mean that.
[[nodiscard]] bool refuses_envelope(const Reply& reply);

/// It is the recipient, not the sender, who is refused as unknown.
[[nodiscard]] bool knows_no_recipient(const Reply& reply);

/// It names the sender, be it what displeases or not.
[[nodiscard]] bool speaks_of_sender(const Reply& reply);

/// "421 4.7.0 Error: too many connections from 192.0.2.7": whoever it is, and whatever he did.
[[nodiscard]] bool limits_connections(std::string_view words);

/// Its name as in the enumeration, for evidence and tests.
[[nodiscard]] std::string_view reason_name(Reason reason);

}  // namespace spranga::smtp
