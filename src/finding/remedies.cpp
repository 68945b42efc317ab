// The cures, as each product writes them. A directive is exactly what goes into the file; where a
// value depends on the site it says example.org. The Postfix, Exim, Sendmail and OpenSMTPD lines
// for rules 1 and 2 are those of the hardened servers in lab/.
#include <array>

#include "finding/remedy.h"

namespace spranga::finding {

namespace {

using words::Word;
using enum Product;
using Directive = Remedy::Directive;

// clang-format off
constexpr std::array auth_only_over_tls = {
    Directive{postfix, "main.cf", "smtpd_tls_auth_only = yes"},
    Directive{exim, "main section", "auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}"},
    Directive{sendmail, "sendmail.mc", "define(`confAUTH_OPTIONS', `A p y')dnl"},
    Directive{sendmail, "sendmail.mc", "define(`confAUTH_MECHANISMS', `PLAIN LOGIN')dnl"},
    Directive{sendmail, "sendmail.mc", "TRUST_AUTH_MECH(`PLAIN LOGIN')dnl"},
    Directive{dovecot, "conf.d/10-ssl.conf", "ssl = required"},
    Directive{exchange, "PowerShell", R"(Set-ReceiveConnector "SERVER\CONNECTOR" -AuthMechanism Tls,BasicAuth,BasicAuthRequireTLS)"},
};
constexpr std::array no_ntlm_before_tls = {
    Directive{exchange, "PowerShell", R"(Set-ReceiveConnector "SERVER\CONNECTOR" -AuthMechanism Tls,BasicAuth,BasicAuthRequireTLS)"},
};
constexpr std::array offer_submission = {
    Directive{postfix, "master.cf", "submission inet n - y - - smtpd -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject"},
    Directive{exim, "main section", "daemon_smtp_ports = 25 : 465 : 587"},
    Directive{exim, "main section", "tls_on_connect_ports = 465"},
    Directive{exim, "main section", "tls_advertise_hosts = *"},
    Directive{sendmail, "sendmail.mc", "DAEMON_OPTIONS(`Name=MSA-v4, Family=inet, Port=587, M=Ea')dnl"},
    Directive{opensmtpd, "smtpd.conf", "listen on eth0 port 587 tls-require pki mail.example.org auth"},
};
constexpr std::array require_starttls = {
    Directive{postfix, "master.cf, service submission", "-o smtpd_tls_security_level=encrypt"},
    Directive{exim, "ACL of acl_smtp_mail, at its top", "deny condition = ${if and{{eq{$received_port}{587}}{!def:tls_in_cipher}}}"},
    Directive{exim, "ACL of acl_smtp_mail, at its top", "     message = Must issue a STARTTLS command first"},
    Directive{sendmail, "sendmail.mc", "DAEMON_OPTIONS(`Name=MSA-v4, Family=inet, Port=587, M=Ea')dnl"},
    Directive{opensmtpd, "smtpd.conf", "listen on eth0 port 587 tls-require pki mail.example.org auth"},
    Directive{dovecot, "conf.d/10-ssl.conf", "ssl = required"},
    Directive{exchange, "PowerShell", R"(Set-ReceiveConnector "SERVER\CONNECTOR" -RequireTLS $true)"},
};
constexpr std::array require_tls12 = {
    Directive{postfix, "main.cf", "smtpd_tls_protocols = >=TLSv1.2"},
    Directive{postfix, "main.cf", "smtpd_tls_mandatory_protocols = >=TLSv1.2"},
    Directive{exim, "main section, with GnuTLS as on Debian", "tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3"},
    Directive{exim, "main section, with OpenSSL", "openssl_options = +no_sslv3 +no_tlsv1 +no_tlsv1_1"},
    Directive{sendmail, "sendmail.mc", "define(`confSERVER_SSL_OPTIONS', `+SSL_OP_NO_SSLv3 +SSL_OP_NO_TLSv1 +SSL_OP_NO_TLSv1_1')dnl"},
    Directive{dovecot, "conf.d/10-ssl.conf", "ssl_min_protocol = TLSv1.2"},
};
constexpr std::array valid_certificate = {
    Directive{postfix, "main.cf", "smtpd_tls_chain_files = /etc/ssl/private/mail.key, /etc/ssl/mail-fullchain.pem"},
    Directive{exim, "main section", "tls_certificate = /etc/ssl/mail-fullchain.pem"},
    Directive{exim, "main section", "tls_privatekey = /etc/ssl/private/mail.key"},
    Directive{sendmail, "sendmail.mc", "define(`confSERVER_CERT', `/etc/ssl/mail-fullchain.pem')dnl"},
    Directive{sendmail, "sendmail.mc", "define(`confSERVER_KEY', `/etc/ssl/private/mail.key')dnl"},
    Directive{opensmtpd, "smtpd.conf", "pki mail.example.org cert \"/etc/ssl/mail-fullchain.pem\""},
    Directive{opensmtpd, "smtpd.conf", "pki mail.example.org key \"/etc/ssl/private/mail.key\""},
    Directive{dovecot, "conf.d/10-ssl.conf", "ssl_cert = </etc/ssl/mail-fullchain.pem"},
    Directive{dovecot, "conf.d/10-ssl.conf", "ssl_key = </etc/ssl/private/mail.key"},
};
constexpr std::array update_server = {
    Directive{postfix, "Debian, as root", "apt-get update && apt-get install --only-upgrade postfix"},
    Directive{exim, "Debian, as root", "apt-get update && apt-get install --only-upgrade exim4-base"},
    Directive{sendmail, "Debian, as root", "apt-get update && apt-get install --only-upgrade sendmail-bin"},
    Directive{opensmtpd, "Debian, as root", "apt-get update && apt-get install --only-upgrade opensmtpd"},
    Directive{dovecot, "Debian, as root", "apt-get update && apt-get install --only-upgrade dovecot-submissiond"},
};
constexpr std::array offer_465 = {
    Directive{postfix, "master.cf", "submissions inet n - y - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject"},
    Directive{exim, "main section", "daemon_smtp_ports = 25 : 465 : 587"},
    Directive{exim, "main section", "tls_on_connect_ports = 465"},
    Directive{sendmail, "sendmail.mc", "DAEMON_OPTIONS(`Name=SSA-v4, Family=inet, Port=465, M=Eas')dnl"},
    Directive{opensmtpd, "smtpd.conf", "listen on eth0 port 465 smtps pki mail.example.org auth"},
};
constexpr std::array close_relay = {
    Directive{postfix, "main.cf", "mynetworks = 127.0.0.0/8 [::1]/128"},
    Directive{postfix, "main.cf", "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination"},
    Directive{exim, "main section", "hostlist relay_from_hosts = 127.0.0.1 : ::1"},
    Directive{exim, "ACL of acl_smtp_rcpt, before any bare accept", "require message = relay not permitted"},
    Directive{exim, "ACL of acl_smtp_rcpt, before any bare accept", "        domains = +local_domains"},
    Directive{sendmail, "sendmail.mc", "dnl FEATURE(`promiscuous_relay')dnl"},
    Directive{opensmtpd, "smtpd.conf, instead of \"match from any for any\"", "match auth from any for any action \"out\""},
};
constexpr std::array bind_sender_to_login = {
    Directive{postfix, "main.cf", "smtpd_sender_login_maps = hash:/etc/postfix/sender_login"},
    Directive{postfix, "main.cf", "smtpd_sender_restrictions = reject_authenticated_sender_login_mismatch"},
    Directive{postfix, "sender_login, then: postmap /etc/postfix/sender_login", "alice@example.org alice, alice@example.org"},
    Directive{exim, "ACL of acl_smtp_mail, at its top", "deny authenticated = *"},
    Directive{exim, "ACL of acl_smtp_mail, at its top", "     condition = ${if or{{eq{$sender_address}{}}{!inlisti{$sender_address}{${lookup{$authenticated_id}lsearch{/etc/exim4/sender_login}}}}}}"},
    Directive{exim, "ACL of acl_smtp_mail, at its top", "     message = Sender address not owned by this login"},
    Directive{exim, "/etc/exim4/sender_login", "alice: alice@example.org"},
    Directive{sendmail, "sendmail.mc, tabs between the two sides", "LOCAL_CONFIG"},
    Directive{sendmail, "sendmail.mc, tabs between the two sides", "Ksenderok hash /etc/mail/senderok"},
    Directive{sendmail, "sendmail.mc, tabs between the two sides", "LOCAL_RULESETS"},
    Directive{sendmail, "sendmail.mc, tabs between the two sides", "SLocal_check_rcpt"},
    Directive{sendmail, "sendmail.mc, tabs between the two sides", "R$*\t$: $&{auth_authen} $| $>CanonAddr $&f"},
    Directive{sendmail, "sendmail.mc, tabs between the two sides", "R$| $*\t$@ OK"},
    Directive{sendmail, "sendmail.mc, tabs between the two sides", "R$+ $| $+ <@ $+ . > $*\t$: $1 : $2@$3"},
    Directive{sendmail, "sendmail.mc, tabs between the two sides", "R$+ $| $+ <@ $+ > $*\t$: $1 : $2@$3"},
    Directive{sendmail, "sendmail.mc, tabs between the two sides", "R$+ $| $*\t$: $1 : $2"},
    Directive{sendmail, "sendmail.mc, tabs between the two sides", "R$*\t$: $(senderok $1 $: NO $)"},
    Directive{sendmail, "sendmail.mc, tabs between the two sides", "RNO\t$#error $@ 5.7.1 $: \"553 5.7.1 Sender address not owned by this login\""},
    Directive{sendmail, "senderok, then: makemap hash senderok < senderok", "alice@example.org:alice@example.org OK"},
    Directive{opensmtpd, "smtpd.conf", "table sender_login file:/etc/smtpd-senders"},
    Directive{opensmtpd, "smtpd.conf", "listen on eth0 port 587 tls-require pki mail.example.org auth senders <sender_login>"},
    Directive{opensmtpd, "/etc/smtpd-senders", "alice alice@example.org"},
};
constexpr std::array refuse_own_domain = {
    Directive{postfix, "main.cf", "smtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated, check_sender_access hash:/etc/postfix/own_domains"},
    Directive{postfix, "own_domains, then: postmap /etc/postfix/own_domains", "example.org 550 5.7.1 Not logged in: log in to send from this domain"},
    Directive{exim, "ACL of acl_smtp_mail", "deny !authenticated = *"},
    Directive{exim, "ACL of acl_smtp_mail", "     !hosts = : +relay_from_hosts"},
    Directive{exim, "ACL of acl_smtp_mail", "     sender_domains = +local_domains"},
    Directive{exim, "ACL of acl_smtp_mail", "     message = Not logged in: log in to send from this domain"},
    Directive{opensmtpd, "smtpd.conf, before the other match lines", "match !auth from any mail-from \"@example.org\" for any reject"},
};
constexpr std::array login_before_mail = {
    Directive{postfix, "master.cf, services submission and submissions", "-o smtpd_relay_restrictions=permit_sasl_authenticated,reject"},
    Directive{exim, "ACL of acl_smtp_rcpt, at its top", "deny condition = ${if and{{inlist{$received_port}{465:587}}{!def:authenticated_id}}}"},
    Directive{exim, "ACL of acl_smtp_rcpt, at its top", "     message = Authentication required"},
    Directive{sendmail, "sendmail.mc", "DAEMON_OPTIONS(`Name=MSA-v4, Family=inet, Port=587, M=Ea')dnl"},
    Directive{sendmail, "sendmail.mc", "DAEMON_OPTIONS(`Name=SSA-v4, Family=inet, Port=465, M=Eas')dnl"},
    Directive{opensmtpd, "smtpd.conf", "listen on eth0 port 587 tls-require pki mail.example.org auth"},
    Directive{opensmtpd, "smtpd.conf", "listen on eth0 port 465 smtps pki mail.example.org auth"},
};
// `unknown`: belongs to no product.
constexpr std::array publish_spf_dmarc = {
    Directive{unknown, "DNS", "example.org. TXT \"v=spf1 mx -all\""},
    Directive{unknown, "DNS", "_dmarc.example.org. TXT \"v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org\""},
};
constexpr std::array hide_users = {
    Directive{postfix, "main.cf", "disable_vrfy_command = yes"},
    Directive{exim, "main section, lines to delete", "acl_smtp_vrfy = …"},
    Directive{exim, "main section, lines to delete", "acl_smtp_expn = …"},
    Directive{sendmail, "sendmail.mc", "define(`confPRIVACY_FLAGS', `authwarnings,noexpn,novrfy')dnl"},
};
constexpr std::array no_xclient = {
    Directive{postfix, "main.cf", "smtpd_authorized_xclient_hosts ="},
    Directive{postfix, "main.cf", "smtpd_authorized_xforward_hosts ="},
    Directive{postfix, "main.cf", "smtpd_etrn_restrictions = permit_mynetworks, reject"},
    Directive{postfix, "main.cf", "smtpd_discard_ehlo_keywords = etrn, silent-discard"},
    Directive{exim, "main section, line to delete", "acl_smtp_etrn = …"},
    Directive{sendmail, "sendmail.mc", "define(`confPRIVACY_FLAGS', `authwarnings,noexpn,novrfy,noetrn')dnl"},
};

// fail2ban's own filters know no OpenSMTPD, and Exchange is no host of it.
constexpr std::array block_guessing = {
    Directive{postfix, "/etc/fail2ban/jail.local", "[postfix-sasl]"},
    Directive{postfix, "/etc/fail2ban/jail.local", "enabled = true"},
    Directive{postfix, "/etc/fail2ban/jail.local", "maxretry = 5"},
    Directive{postfix, "/etc/fail2ban/jail.local", "findtime = 1h"},
    Directive{postfix, "/etc/fail2ban/jail.local", "bantime = 4h"},
    Directive{exim, "/etc/fail2ban/jail.local", "[exim]"},
    Directive{exim, "/etc/fail2ban/jail.local", "enabled = true"},
    Directive{exim, "/etc/fail2ban/jail.local", "maxretry = 5"},
    Directive{exim, "/etc/fail2ban/jail.local", "findtime = 1h"},
    Directive{exim, "/etc/fail2ban/jail.local", "bantime = 4h"},
    Directive{sendmail, "/etc/fail2ban/jail.local", "[sendmail-auth]"},
    Directive{sendmail, "/etc/fail2ban/jail.local", "enabled = true"},
    Directive{sendmail, "/etc/fail2ban/jail.local", "maxretry = 5"},
    Directive{sendmail, "/etc/fail2ban/jail.local", "findtime = 1h"},
    Directive{sendmail, "/etc/fail2ban/jail.local", "bantime = 4h"},
    Directive{dovecot, "/etc/fail2ban/jail.local", "[dovecot]"},
    Directive{dovecot, "/etc/fail2ban/jail.local", "enabled = true"},
    Directive{dovecot, "/etc/fail2ban/jail.local", "maxretry = 5"},
    Directive{dovecot, "/etc/fail2ban/jail.local", "findtime = 1h"},
    Directive{dovecot, "/etc/fail2ban/jail.local", "bantime = 4h"},
};
// `unknown`: the same for every product.
constexpr std::array ban_longer = {
    Directive{unknown, "/etc/fail2ban/jail.local", "[DEFAULT]"},
    Directive{unknown, "/etc/fail2ban/jail.local", "bantime = 4h"},
};
constexpr std::array allow_mistakes = {
    Directive{unknown, "/etc/fail2ban/jail.local", "[DEFAULT]"},
    Directive{unknown, "/etc/fail2ban/jail.local", "maxretry = 5"},
};

// In the order of RemedyId.
constexpr std::array remedy_rows = {
    Remedy{RemedyId::auth_only_over_tls, Word::remedy_auth_only_over_tls, auth_only_over_tls},
    Remedy{RemedyId::no_ntlm_before_tls, Word::remedy_no_ntlm_before_tls, no_ntlm_before_tls},
    Remedy{RemedyId::offer_submission, Word::remedy_offer_submission, offer_submission},
    Remedy{RemedyId::require_starttls, Word::remedy_require_starttls, require_starttls},
    Remedy{RemedyId::require_tls12, Word::remedy_require_tls12, require_tls12},
    Remedy{RemedyId::valid_certificate, Word::remedy_valid_certificate, valid_certificate},
    Remedy{RemedyId::discard_before_tls, Word::remedy_discard_before_tls, update_server},
    Remedy{RemedyId::forget_before_tls, Word::remedy_forget_before_tls, update_server},
    Remedy{RemedyId::offer_465, Word::remedy_offer_465, offer_465},
    Remedy{RemedyId::same_on_all_addresses, Word::remedy_same_on_all_addresses, {}},
    Remedy{RemedyId::close_relay, Word::remedy_close_relay, close_relay},
    Remedy{RemedyId::bind_sender_to_login, Word::remedy_bind_sender_to_login, bind_sender_to_login},
    Remedy{RemedyId::refuse_own_domain, Word::remedy_refuse_own_domain, refuse_own_domain},
    Remedy{RemedyId::login_before_mail, Word::remedy_login_before_mail, login_before_mail},
    Remedy{RemedyId::publish_spf_dmarc, Word::remedy_publish_spf_dmarc, publish_spf_dmarc},
    Remedy{RemedyId::hide_users, Word::remedy_hide_users, hide_users},
    Remedy{RemedyId::no_xclient, Word::remedy_no_xclient, no_xclient},
    Remedy{RemedyId::block_guessing, Word::remedy_block_guessing, block_guessing},
    Remedy{RemedyId::ban_longer, Word::remedy_ban_longer, ban_longer},
    Remedy{RemedyId::allow_mistakes, Word::remedy_allow_mistakes, allow_mistakes},
};
// clang-format on

}  // namespace

const Remedy& remedy(RemedyId id) {
  return remedy_rows.at(static_cast<std::size_t>(id));
}

}  // namespace spranga::finding
