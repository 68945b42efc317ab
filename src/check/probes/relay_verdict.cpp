#include "check/probes/relay_verdict.h"

#include <algorithm>
#include <array>
#include <string>

#include "smtp/refusal.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

/// Postfix: "Sender address rejected: Access denied", said before it comes to relaying.
bool rejects_sender_address(const smtp::Reply& reply) {
  return text::to_lower(reply.text()).find("sender address rejected") != std::string::npos;
}

/// "454 4.7.1 Relay access denied"; not "451 4.4.1 relay host not reachable".
bool denies_for_now(const smtp::Reply& reply) {
  return reply.code == 454 || reply.enhanced.starts_with("4.7.") ||
         text::to_lower(reply.text()).find("denied") != std::string::npos;
}

bool took_sender(Control control) {
  return control == Control::accepted || control == Control::unknown_mailbox;
}

}  // namespace

RelayVerdict judge_relay_refusal(const smtp::Reply& reply, Control control) {
  using smtp::Reason;
  switch (smtp::reason_of(reply)) {
    case Reason::relay_denied:
      return !reply.temporary() || denies_for_now(reply) ? RelayVerdict::denied
                                                         : RelayVerdict::says_nothing;
    case Reason::login_required:
      return RelayVerdict::denied;
    case Reason::access_denied:
      // Who refuses everything alike may have something against us, not against relaying; and who
      // dislikes the sender has not yet looked at the recipient.
      return took_sender(control) && !rejects_sender_address(reply) ? RelayVerdict::denied
                                                                    : RelayVerdict::says_nothing;
    case Reason::unclear:
      // It is not the mailbox: this server has other words for an unknown one, or took the control.
      return took_sender(control) && !reply.temporary() ? RelayVerdict::likely_denied
                                                        : RelayVerdict::says_nothing;
    case Reason::recipient_unknown:
      // Nothing else can have displeased it: the same sender was taken for another recipient.
      return control == Control::accepted && !reply.temporary() ? RelayVerdict::likely_denied
                                                                : RelayVerdict::says_nothing;
    default:
      break;
  }
  return RelayVerdict::says_nothing;
}

bool denies_recipient(const smtp::Reply& reply, Control control) {
  return smtp::reason_of(reply) == smtp::Reason::relay_denied && control != Control::denied &&
         !smtp::speaks_of_sender(reply);
}

bool stock_words_of_relaying(std::string_view words) {
  constexpr std::array<std::string_view, 3> stock{
      "relay access denied", "relay not permitted", "relaying denied"};
  const auto text = text::to_lower(words);
  return std::ranges::any_of(
      stock, [&](std::string_view each) { return text.find(each) != std::string::npos; });
}

bool knows_no_sender(const smtp::Reply& reply, bool at_mail) {
  const auto reason = smtp::reason_of(reply);
  return reason == smtp::Reason::sender_unverifiable ||
         (reason == smtp::Reason::recipient_unknown && (at_mail || smtp::speaks_of_sender(reply)));
}

}  // namespace spranga::check
