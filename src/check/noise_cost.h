// What a probe costs: lines in the server's log that stock fail2ban (Debian 12, every mail jail)
// counts. Measured on the hardened and weak servers of lab/.
#pragma once

#include <string_view>

#include "base/result.h"
#include "finding/remedy.h"
#include "smtp/reply.h"

namespace spranga::check {

enum class LoudProbe {
  clear_auth_unadvertised,  // bare AUTH, refused, where AUTH is not advertised
  clear_auth_cancelled,     // bare AUTH answered 334 and cancelled
  relay_refused,            // RCPT to an outside domain, refused
  vrfy_refused,             // VRFY, refused
  mailbox_refused,          // RCPT to an unknown mailbox of the domain, refused
  login_failed,             // the user's own login, refused
};

/// An unknown product is taken for the loudest.
[[nodiscard]] int noise_cost(LoudProbe probe, finding::Product product);

/// What a refused MAIL or RCPT leaves, by the words of the reply. `recipient` is "" at MAIL. Pure.
[[nodiscard]] int refusal_cost(const smtp::Reply& reply,
                               std::string_view recipient,
                               bool tls,
                               finding::Product product);

class Audit;
class Conversation;

/// Adds what a reply to MAIL or RCPT cost to the noise of `id`; returns it.
int note_refusal(Audit& audit,
                 std::string_view id,
                 const Conversation& conversation,
                 const Result<smtp::Reply>& reply,
                 std::string_view recipient);

}  // namespace spranga::check
