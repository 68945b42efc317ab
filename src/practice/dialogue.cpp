#include "practice/dialogue.h"

#include <fmt/core.h>

#include <array>

#include "smtp/sasl.h"
#include "text/ascii.h"

namespace spranga::practice {

namespace {

Answer say(std::string_view text) {
  return {fmt::format("{}\r\n", text), Next::read};
}

/// "<a@b>" in "FROM:<a@b> SIZE=1" → "a@b".
std::string path_in(std::string_view arguments) {
  const auto from = arguments.find('<');
  const auto to = arguments.find('>');
  const bool whole = from != std::string_view::npos && to != std::string_view::npos && from < to;
  return whole ? std::string(arguments.substr(from + 1, to - from - 1)) : std::string();
}

}  // namespace

std::string Dialogue::greeting() const {
  return fmt::format("220 {} ESMTP practice server\r\n", mailbox_.host);
}

std::string Dialogue::ehlo() const {
  std::string out = fmt::format("250-{}\r\n", mailbox_.host);
  out += secure_ ? "" : "250-STARTTLS\r\n";
  out += may_auth() ? "250-AUTH PLAIN\r\n" : "";
  return out + "250 ENHANCEDSTATUSCODES\r\n";
}

void Dialogue::secured() {
  secure_ = true;
  greeted_ = logged_in_ = sender_given_ = false;
  recipients_ = 0;
}

Answer Dialogue::auth(std::string_view arguments) {
  const auto words = text::split_words(arguments);
  if (!may_auth()) {
    return say(service_ == Service::smtp ? "503 5.5.1 AUTH is not available"
                                         : "538 5.7.11 Encryption required for authentication");
  }
  if (logged_in_) {
    return say("503 5.5.1 Already authenticated");
  }
  if (words.empty() || !text::equal_ignoring_case(words.front(), "PLAIN")) {
    return say("504 5.5.4 Unrecognized authentication type");
  }
  if (words.size() > 1) {
    return check_login(words[1]);
  }
  awaiting_response_ = true;
  return say("334 ");
}

Answer Dialogue::check_login(std::string_view response) {
  awaiting_response_ = false;
  if (response == "*") {
    return say("501 5.7.0 AUTH given up");
  }
  logged_in_ = response == smtp::plain_response(mailbox_.user, mailbox_.password);
  return say(logged_in_ ? "235 2.7.0 Authentication succeeded" : "535 5.7.8 Authentication failed");
}

Answer Dialogue::mail(std::string_view path) {
  if (!greeted_) {
    return say("503 5.5.1 Say EHLO first");
  }
  if (service_ == Service::submission && !secure_ && !weaknesses_.starttls_optional) {
    return say("530 5.7.0 Must issue a STARTTLS command first");
  }
  if (service_ != Service::smtp && !logged_in_) {
    return say("530 5.7.0 Authentication required");
  }
  const auto own = mailbox_.user + "@" + mailbox_.domain;
  if (logged_in_ && !weaknesses_.any_sender && !text::equal_ignoring_case(path, own)) {
    return say(
        fmt::format("553 5.7.1 Sender address rejected: not owned by user {}", mailbox_.user));
  }
  sender_given_ = true;
  return say("250 2.1.0 Ok");
}

Answer Dialogue::rcpt(std::string_view path) {
  if (!sender_given_) {
    return say("503 5.5.1 Need MAIL first");
  }
  const bool local = path == "postmaster" || path.ends_with("@" + mailbox_.domain);
  if (!local && !logged_in_) {
    return say("554 5.7.1 Relay access denied");
  }
  if (local && path != "postmaster" && path != mailbox_.user + "@" + mailbox_.domain) {
    return say("550 5.1.1 User unknown");
  }
  ++recipients_;
  return say("250 2.1.5 Ok");
}

Answer Dialogue::body(std::string_view line) {
  if (line != ".") {
    return {"", Next::read};
  }
  in_message_ = sender_given_ = false;
  recipients_ = 0;
  return say("250 2.0.0 Ok: thrown away, this is for practice");
}

Answer Dialogue::answer(std::string_view line) {
  if (in_message_) {
    return body(line);
  }
  if (awaiting_response_) {
    return check_login(line);
  }
  const auto blank = std::min(line.find(' '), line.size());
  const auto verb = text::to_upper(line.substr(0, blank));
  const auto arguments = text::trim(line.substr(blank));
  if (verb == "EHLO" || verb == "HELO") {
    greeted_ = true;
    return {verb == "EHLO" ? ehlo() : fmt::format("250 {}\r\n", mailbox_.host), Next::read};
  }
  if (verb == "STARTTLS" && !secure_) {
    return {"220 2.0.0 Ready to start TLS\r\n", Next::start_tls};
  }
  if (verb == "AUTH") {
    return auth(arguments);
  }
  if (verb == "MAIL") {
    return mail(path_in(arguments));
  }
  if (verb == "RCPT") {
    return rcpt(path_in(arguments));
  }
  if (verb == "DATA") {
    in_message_ = recipients_ > 0;
    return say(in_message_ ? "354 End with a dot" : "503 5.5.1 Need RCPT first");
  }
  if (verb == "RSET") {
    sender_given_ = false;
    recipients_ = 0;
    return say("250 2.0.0 Ok");
  }
  if (verb == "NOOP") {
    return say("250 2.0.0 Ok");
  }
  if (verb == "VRFY" || verb == "EXPN") {
    return say("252 2.5.2 Send some mail, it may arrive");
  }
  if (verb == "QUIT") {
    return {"221 2.0.0 Bye\r\n", Next::close};
  }
  return say("500 5.5.2 Command not recognized");
}

}  // namespace spranga::practice
