// MailAction: what fail2ban's mail actions ask for, as a route of ours: smtp.py, which we stand in
// for always, and the shell ones (sendmail-whois-lines …), which run as written unless spranga.conf
// says `mail = each|hourly|daily`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ban/action_spec.h"
#include "guard/mail/settings.h"

namespace spranga::guard::mail {

struct MailAction {
  Route route;
  bool is_smtp_script{false};
  bool looks_up_owner{false};  // a whois report was asked for: ours has none
};

/// nullopt: not one of fail2ban's mail actions, or one whose ban command sends no mail. `usual`:
/// the route of spranga.conf, whose server carries what a shell action would have given to the
/// system's mailer. `complaints`: what of it cannot be honoured.
[[nodiscard]] std::optional<MailAction> mail_action(const ban::ActionSpec& action,
                                                    const Route& usual,
                                                    const std::string& host,
                                                    std::vector<std::string>& complaints);

}  // namespace spranga::guard::mail
