// S2: after a login, is MAIL FROM bound to it? Senders that the login does not own are tried up to
// RCPT and DATA, after a positive control with its own.
#pragma once

#include <string>
#include <vector>

#include "check/audit.h"

namespace spranga::check {

/// One envelope sender to try.
struct SenderForm {
  std::string path;        // between < and >
  std::string parameters;  // after it, e.g. " AUTH=other@example.org"
  bool decides{true};      // false: only informs
  words::Word name;        // what it is, for a person
};

/// The forms in the order in which they are tried: foreign first, since it is the plainest. Pure.
[[nodiscard]] std::vector<SenderForm> sender_forms(const Subject& subject,
                                                   const std::string& other);

/// The foreign form once more, of a domain whose own records say that it sends mail: a server that
/// looks at them says nothing of logins when it refuses example.org, which has none. Pure.
[[nodiscard]] SenderForm of_domain_with_mail(SenderForm foreign, const Subject& subject);

/// Whether the reply speaks of the records that the form's domain has (null MX, SPF, DMARC). Pure.
[[nodiscard]] bool blames_records(const smtp::Reply& reply, const SenderForm& form);

/// How a refusal of a form is read. Pure.
enum class SenderVerdict { refused, says_nothing };
[[nodiscard]] SenderVerdict judge_sender_refusal(const smtp::Reply& reply, const SenderForm& form);

/// S2 on the ports that offer AUTH over TLS: in full on the first of 587, 465, 25, with the first
/// forms on the others. Adds S2 for each, or one S2 that says why there is none.
void probe_senders(Audit& audit);

}  // namespace spranga::check
