#include "tests/support/served_connection.h"

#include <algorithm>

#include "smtp/sasl.h"
#include "text/ascii.h"

namespace spranga::test {

namespace {

using Then = Answer::Then;

bool has(const std::vector<int>& ports, int port) {
  return std::ranges::find(ports, port) != ports.end();
}

/// What stands between < and >.
std::string path_of(const std::string& line) {
  const auto from = line.find('<');
  const auto to = line.find('>', from);
  return from == std::string::npos || to == std::string::npos
             ? ""
             : line.substr(from + 1, to - from - 1);
}

bool is_local(const std::string& address) {
  return address == "postmaster" || address.ends_with("@example.org");
}

}  // namespace

ServedConnection::ServedConnection(ScriptedServer& server,
                                   const Script& script,
                                   int port,
                                   int number,
                                   net::TcpTransport& transport)
    : server_(server), script_(script), transport_(transport) {
  dialogue_.port = port;
  dialogue_.connection = number;
}

void ServedConnection::run() {
  const auto accepted = overridden("(accept)");
  if ((accepted && !carry_out(*accepted)) || (implicit_tls() && !shake_hands()) || !greet()) {
    return;
  }
  while (answer_lines() && read()) {
  }
}

bool ServedConnection::implicit_tls() const {
  return has(script_.implicit_tls, dialogue_.port);
}

bool ServedConnection::takes_auth() const {
  return has(script_.clear_auth, dialogue_.port) || (dialogue_.tls && dialogue_.port != 25);
}

bool ServedConnection::greet() {
  const auto given = overridden("(connect)");
  return carry_out(given ? *given : say("220 mail.example.org ESMTP ready"));
}

bool ServedConnection::shake_hands() {
  auto* context = script_.tls_context != nullptr ? script_.tls_context : identity().context();
  // As long as the client is there; a test ends within seconds.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  if (!transport_.accept_tls(context, patience)) {
    return false;
  }
  dialogue_.tls = true;
  dialogue_.sender.reset();
  dialogue_.recipients = 0;
  const auto unasked = overridden("(tls)");
  return !unasked || carry_out(*unasked);
}

bool ServedConnection::read() {
  while (!server_.stop_) {
    auto bytes = transport_.read_some(std::chrono::steady_clock::now() + looking_up);
    if (bytes) {
      buffer_ += *bytes;
      const std::lock_guard lock(server_.mutex_);
      server_.received_ += *bytes;
      return true;
    }
    if (bytes.error().code != Errc::timeout) {
      return false;
    }
  }
  return false;
}

bool ServedConnection::answer_lines() {
  for (auto end = buffer_.find("\r\n"); end != std::string::npos; end = buffer_.find("\r\n")) {
    const auto line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    if (!answer(line)) {
      return false;
    }
  }
  if (mode_ == Mode::message) {  // an unfinished line of a message counts too
    server_.message_bytes_ += buffer_.size();
  }
  return true;
}

bool ServedConnection::answer(const std::string& line) {
  dialogue_.line = line;
  if (mode_ == Mode::message) {
    server_.message_bytes_ += line.size() + 2;
    if (line != ".") {
      return true;
    }
    mode_ = Mode::commands;
    const auto given = overridden("(message)");
    return carry_out(given ? *given : end_of_message());
  }
  server_.note(dialogue_);
  if (mode_ == Mode::secret) {
    mode_ = Mode::commands;
    return carry_out(secret(line));
  }
  const auto given = overridden(text::to_upper(line));
  return carry_out(given ? *given : decent(line));
}

std::optional<Answer> ServedConnection::overridden(const std::string& command) const {
  for (const auto& [start, handler] : script_.overrides) {
    const bool pseudo = command.starts_with('(');
    if (command.starts_with(start) && (!pseudo || !start.empty())) {
      if (auto given = handler(dialogue_)) {
        return given;
      }
    }
  }
  return std::nullopt;
}

bool ServedConnection::carry_out(const Answer& given) {
  if (given.then == Then::start_tls) {
    return cross_to_tls(given.bytes);
  }
  if (!write(std::exchange(late_, "") + given.bytes)) {
    return false;
  }
  mode_ = given.then == Then::take_message  ? Mode::message
          : given.then == Then::take_secret ? Mode::secret
                                            : mode_;
  ++dialogue_.replies;
  const bool enough = script_.closes_after && dialogue_.replies >= *script_.closes_after;
  return given.then != Then::close && !enough;
}

bool ServedConnection::write(const std::string& bytes) {
  const auto size = script_.chunk == 0 ? std::max<std::size_t>(bytes.size(), 1) : script_.chunk;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    if (!transport_.write(std::string_view(bytes).substr(at, size),
                          std::chrono::steady_clock::now() + std::chrono::seconds(2))) {
      return false;
    }
  }
  return true;
}

/// 220, then the handshake, then whatever came behind STARTTLS, if this server is of that kind.
bool ServedConnection::cross_to_tls(const std::string& bytes) {
  using enum Script::Injected;
  auto injected = std::exchange(buffer_, "");
  if (!write(bytes)) {
    return false;
  }
  ++dialogue_.replies;
  if (script_.closes_after && dialogue_.replies >= *script_.closes_after) {
    return false;
  }
  if (!injected.empty() && script_.injected == answered_in_clear) {
    return write("250 2.0.0 Ok\r\n") && shake_hands();
  }
  if (!shake_hands()) {
    return false;
  }
  if (!injected.empty() && script_.injected == executed) {
    buffer_ = injected + buffer_;
  } else if (!injected.empty() && script_.injected == executed_late) {
    late_ = "250 2.0.0 Ok\r\n";
  }
  return true;
}

Answer ServedConnection::ehlo() {
  dialogue_.sender.reset();
  std::string out = "250-mail.example.org\r\n250-PIPELINING\r\n";
  if (!dialogue_.tls) {
    out += "250-STARTTLS\r\n";
  }
  if (takes_auth()) {
    out += "250-AUTH PLAIN LOGIN\r\n";
  }
  return raw(out + "250 8BITMIME\r\n");
}

Answer ServedConnection::auth(const std::string& upper) {
  if (!takes_auth()) {
    return say(dialogue_.port == 25 ? "503 5.5.1 Error: authentication not enabled"
                                    : "530 5.7.0 Must issue a STARTTLS command first");
  }
  const auto words = text::split_words(upper);
  mechanism_ = words.size() > 1 ? std::string(words[1]) : "";
  if (mechanism_ != "PLAIN" && mechanism_ != "LOGIN") {
    return say("504 5.5.4 Unrecognized authentication type");
  }
  if (words.size() > 2) {
    return secret(std::string(text::split_words(dialogue_.line)[2]));
  }
  login_user_.clear();
  return {mechanism_ == "PLAIN" ? "334 \r\n" : "334 VXNlcm5hbWU6\r\n", Then::take_secret};
}

Answer ServedConnection::secret(const std::string& line) {
  if (line == "*") {
    return say("501 5.7.0 Authentication aborted");
  }
  if (mechanism_ == "LOGIN" && login_user_.empty()) {
    login_user_ = line;
    return {"334 UGFzc3dvcmQ6\r\n", Then::take_secret};
  }
  const bool good = mechanism_ == "PLAIN"
                        ? line == smtp::plain_response(user, password)
                        : login_user_ == smtp::base64(user) && line == smtp::base64(password);
  dialogue_.logged_in = good;
  return say(good ? "235 2.7.0 Authentication successful"
                  : "535 5.7.8 Error: authentication failed");
}

Answer ServedConnection::mail(const std::string& line) {
  if (dialogue_.port == 587 && !dialogue_.tls && script_.clear_auth.empty()) {
    return say("530 5.7.0 Must issue a STARTTLS command first");
  }
  if (dialogue_.port != 25 && !dialogue_.logged_in) {
    return say("530 5.7.0 Authentication required");
  }
  dialogue_.sender = path_of(line);
  dialogue_.recipients = 0;
  return say("250 2.1.0 Ok");
}

Answer ServedConnection::rcpt(const std::string& line) {
  const auto recipient = path_of(line);
  if (!dialogue_.sender) {
    return say("503 5.5.1 Error: need MAIL command");
  }
  if (dialogue_.logged_in && *dialogue_.sender != user) {
    return say("553 5.7.1 <" + *dialogue_.sender +
               ">: Sender address rejected: not owned by user " + std::string(user));
  }
  if (!dialogue_.logged_in && !is_local(recipient)) {
    return say("554 5.7.1 <" + recipient + ">: Relay access denied");
  }
  ++dialogue_.recipients;
  return say("250 2.1.5 Ok");
}

Answer ServedConnection::end_of_message() {
  dialogue_.sender.reset();
  return say("250 2.0.0 Ok: queued as 4F2A");
}

Answer ServedConnection::decent(const std::string& line) {
  const auto upper = text::to_upper(line);
  const auto is = [&](std::string_view verb) { return upper.starts_with(verb); };
  if (is("EHLO")) {
    return ehlo();
  }
  if (is("STARTTLS")) {
    return dialogue_.tls ? say("503 5.5.1 TLS is already active")
                         : Answer{"220 2.0.0 Ready to start TLS\r\n", Then::start_tls};
  }
  if (is("AUTH")) {
    return auth(upper);
  }
  if (is("MAIL")) {
    return mail(line);
  }
  if (is("RCPT")) {
    return rcpt(line);
  }
  if (is("DATA")) {
    return dialogue_.recipients > 0 ? go_ahead() : say("503 5.5.1 Error: need RCPT command");
  }
  if (is("RSET")) {
    dialogue_.sender.reset();
    dialogue_.recipients = 0;
  }
  if (is("QUIT")) {
    return hang_up("221 2.0.0 Bye");
  }
  if (is("VRFY")) {
    return say("252 2.0.0 postmaster");
  }
  return is("HELO") || is("RSET") || is("NOOP") ? say("250 2.0.0 Ok")
                                                : say("500 5.5.2 Error: command not recognized");
}

}  // namespace spranga::test
