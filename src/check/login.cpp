#include "check/login.h"

#include "smtp/refusal.h"
#include "smtp/sasl.h"

namespace spranga::check {

namespace {

using words::Phrase;
using words::Word;

constexpr std::string_view hidden = "********";

Phrase failure(const Result<smtp::Reply>& reply) {
  return {Word::login_failed, {reply ? reply->first_line() : reply.error().detail}};
}

Phrase outcome(const Result<smtp::Reply>& reply) {
  return reply && reply->code == 235 ? Phrase{} : failure(reply);
}

Phrase with_token(const PortFacts& facts,
                  const Subject& subject,
                  const Credentials& credentials,
                  smtp::Session& session) {
  const bool xoauth2 = facts.secure.offers("XOAUTH2");
  if (!xoauth2 && !facts.secure.offers("OAUTHBEARER")) {
    return {Word::login_no_oauth, {}};
  }
  const auto& token = credentials.oauth2_token.reveal();
  const std::string mechanism = xoauth2 ? "XOAUTH2" : "OAUTHBEARER";
  const auto response =
      xoauth2 ? smtp::xoauth2_response(credentials.user, token)
              : smtp::oauthbearer_response(credentials.user, subject.tls_name, facts.port, token);
  auto reply = session.secret_command("AUTH " + mechanism + " " + response,
                                      "AUTH " + mechanism + " " + std::string(hidden));
  if (reply && reply->code == 334) {  // an error report; RFC 7628 §3.2.3 wants it acknowledged
    reply = session.command(xoauth2 ? "" : "AQ==");
  }
  return outcome(reply);
}

Result<smtp::Reply> plain(const Credentials& credentials, smtp::Session& session) {
  const auto response = smtp::plain_response(credentials.user, credentials.password.reveal());
  return session.secret_command("AUTH PLAIN " + response, "AUTH PLAIN " + std::string(hidden));
}

Result<smtp::Reply> login(const Credentials& credentials, smtp::Session& session) {
  auto reply = session.command("AUTH LOGIN");
  if (!reply || reply->code != 334) {
    return reply;
  }
  reply = session.secret_command(smtp::base64(credentials.user), hidden);
  if (!reply || reply->code != 334) {
    return reply;
  }
  return session.secret_command(smtp::base64(credentials.password.reveal()), hidden);
}

/// A refusal of PLAIN itself, not of the credentials: then LOGIN is worth one try.
bool plain_is_the_trouble(const smtp::Reply& reply) {
  return reply.code == 500 || reply.code == 501 || reply.code == 504 ||
         smtp::reason_of(reply) == smtp::Reason::mechanism;
}

Phrase with_password(const PortFacts& facts,
                     const Credentials& credentials,
                     smtp::Session& session) {
  const bool has_plain = facts.secure.offers("PLAIN");
  const bool has_login = facts.secure.offers("LOGIN");
  if (!has_plain && !has_login) {
    return {Word::login_no_mechanism, {}};
  }
  if (!has_plain) {
    return outcome(login(credentials, session));
  }
  const auto reply = plain(credentials, session);
  if (has_login && reply && plain_is_the_trouble(*reply)) {
    return outcome(login(credentials, session));
  }
  return outcome(reply);
}

}  // namespace

Phrase log_in(Audit& audit, const PortFacts& facts, Conversation& conversation) {
  auto& session = conversation.smtp();
  if (!session.safe_for_secrets()) {
    return {Word::login_unsafe, {std::to_string(facts.port)}};
  }
  const auto& credentials = *audit.settings().credentials;
  return credentials.oauth2_token.empty()
             ? with_password(facts, credentials, session)
             : with_token(facts, audit.subject(), credentials, session);
}

}  // namespace spranga::check
