// The senders that S2 tries, and what a refusal of one means.
#include <algorithm>
#include <array>

#include "check/probes/sender.h"
#include "smtp/refusal.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

using words::Word;

std::string local_part_of(const std::string& address) {
  return address.substr(0, address.rfind('@'));
}

}  // namespace

std::vector<SenderForm> sender_forms(const Subject& subject, const std::string& other) {
  const auto at = subject.own_address.rfind('@');
  const auto own_domain = subject.own_address.substr(at + 1);
  const auto own_local = local_part_of(subject.own_address);
  const auto colleague = other.empty() ? "postmaster@" + own_domain : other;
  const std::string foreign = own_domain == "example.org" ? "example.net" : "example.org";
  return {
      {subject.nonce + "@" + foreign, "", true, Word::sender_foreign},
      {colleague, "", true, Word::sender_colleague},
      {subject.nonce + "@" + own_domain, "", true, Word::sender_invented},
      {local_part_of(colleague) + "%" + foreign + "@" + own_domain, "", true, Word::sender_percent},
      {"@" + own_domain + ":" + colleague, "", true, Word::sender_route},
      {text::to_upper(own_local) + "@" + own_domain, "", false, Word::sender_case},
      {own_local + "+" + subject.nonce + "@" + own_domain, "", false, Word::sender_plus},
      {subject.own_address, " AUTH=" + colleague, false, Word::sender_auth_parameter},
      {"", "", false, Word::sender_null},
  };
}

SenderForm of_domain_with_mail(SenderForm foreign, const Subject& subject) {
  const bool is_own = text::to_lower(subject.own_address).ends_with("@gmail.com");
  foreign.path = local_part_of(foreign.path) + (is_own ? "@outlook.com" : "@gmail.com");
  return foreign;
}

bool blames_records(const smtp::Reply& reply, const SenderForm& form) {
  if (form.name != Word::sender_foreign) {
    return false;
  }
  const auto reason = smtp::reason_of(reply);
  const auto text = text::to_lower(reply.text());
  const auto speaks_of = [&](const char* what) { return text.find(what) != std::string::npos; };
  return reason == smtp::Reason::recipient_domain ||
         (reason == smtp::Reason::sender_policy && !speaks_of("spoof") && !speaks_of("forged"));
}

SenderVerdict judge_sender_refusal(const smtp::Reply& reply, const SenderForm& form) {
  using smtp::Reason;
  const bool odd = form.name == Word::sender_percent || form.name == Word::sender_route;
  if (odd && reply.code == 501) {
    return SenderVerdict::refused;  // the syntax alone displeases: the form leads nowhere
  }
  if (blames_records(reply, form)) {
    return SenderVerdict::says_nothing;
  }
  const auto reason = smtp::reason_of(reply);
  switch (reason) {
    case Reason::not_owner:
    case Reason::login_required:
    case Reason::access_denied:
    case Reason::relay_denied:
    case Reason::sender_policy:
      return SenderVerdict::refused;
    case Reason::sender_unverifiable:
    case Reason::greylisted:
    case Reason::too_many:
    case Reason::client_blocked:
    case Reason::helo:
      return SenderVerdict::says_nothing;
    default:
      break;
  }
  if (reply.temporary()) {
    return SenderVerdict::says_nothing;  // "451 4.7.1 Service unavailable" is a filter that is away
  }
  // Not understood: for a plain address that is no answer.
  constexpr std::array not_understood = {500, 501, 502, 503};
  if (std::ranges::find(not_understood, reply.code) != not_understood.end()) {
    return SenderVerdict::says_nothing;
  }
  return SenderVerdict::refused;
}

}  // namespace spranga::check
