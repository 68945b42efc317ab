#include "check/probes/relay_verdict.h"

#include "smtp/refusal.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

/// Postfix: "Sender address rejected: Access denied", said before it comes to relaying.
bool blames_sender(const smtp::Reply& reply) {
  return text::to_lower(reply.text()).find("sender address rejected") != std::string::npos;
}

}  // namespace

RelayVerdict judge_relay_refusal(const smtp::Reply& reply, Control control) {
  using smtp::Reason;
  switch (smtp::reason_of(reply)) {
    case Reason::relay_denied:
    case Reason::login_required:
      return RelayVerdict::denied;
    case Reason::access_denied:
      // Who refuses everything alike may have something against us, not against relaying; and who
      // dislikes the sender has not yet looked at the recipient.
      return control != Control::refused && !blames_sender(reply) ? RelayVerdict::denied
                                                                  : RelayVerdict::says_nothing;
    case Reason::unclear:
      // It is not the mailbox: this server has other words for an unknown one, or took the control.
      return control != Control::refused && !reply.temporary() ? RelayVerdict::likely_denied
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

}  // namespace spranga::check
