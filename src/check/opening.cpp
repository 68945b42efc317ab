#include "check/opening.h"

#include <fmt/core.h>

#include <algorithm>

#include "check/door.h"
#include "check/product.h"
#include "smtp/refusal.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

using words::Phrase;
using words::Word;

PortState state_after_connect_failure(Errc code) {
  switch (code) {
    case Errc::refused:
      return PortState::shut;
    case Errc::timeout:
      return PortState::filtered;
    case Errc::unreachable:
      return PortState::unreachable;
    default:
      return PortState::silent;
  }
}

PortState state_after_greeting_failure(Errc code) {
  const bool nonsense = code == Errc::malformed || code == Errc::too_large;
  return nonsense ? PortState::not_smtp : PortState::silent;
}

/// Remembers the first trouble of a port that never was open.
void settle(PortFacts& facts, PortState state, std::string trouble) {
  if (facts.state != PortState::open) {
    facts.state = state;
    facts.trouble = std::move(trouble);
  }
}

/// The sorted keywords of an EHLO, to compare with the next one's. AUTH's mechanisms count.
std::string view_of(const smtp::Capabilities& capabilities) {
  std::vector<std::string> words;
  for (const auto& [keyword, parameters] : capabilities.keywords) {
    words.push_back(keyword == "AUTH" ? fmt::format("{} {}", keyword, parameters) : keyword);
  }
  std::ranges::sort(words);
  std::string out;
  for (const auto& word : words) {
    out += (out.empty() ? "" : ", ") + word;
  }
  return out;
}

/// A port that was open and lets us in no more is a block; any other trouble is told as it is.
Opened trouble_with(Audit& audit,
                    const PortFacts& facts,
                    PortState state,
                    const std::string& purpose,
                    std::string detail) {
  const bool shut_out = state == PortState::shut || state == PortState::filtered ||
                        state == PortState::turned_away || state == PortState::silent;
  if (facts.state == PortState::open && shut_out && !is_crowded(detail)) {
    note_block(audit, facts.port, purpose, detail);
    return {nullptr, {Word::now_blocked, {std::to_string(facts.port), detail}}};
  }
  PortFacts now;
  now.port = facts.port;
  now.state = state;
  now.trouble = std::move(detail);
  return {nullptr, state_phrase(now)};
}

/// Greeting and EHLO on a fresh connection. The state is `open` where both succeeded.
PortState introduce(
    Audit& audit, PortFacts& facts, Conversation& conversation, bool hello, std::string& detail) {
  const auto greeting = conversation.smtp().greeting();
  if (!greeting) {
    detail = greeting.error().detail;
    return state_after_greeting_failure(greeting.error().code);
  }
  if (greeting->code != 220) {
    detail = greeting->first_line();
    return greeting->refused() ? PortState::turned_away : PortState::not_smtp;
  }
  facts.greeting = *greeting;
  audit.set_product(product_of_greeting(*greeting));
  if (!hello) {
    return PortState::open;
  }
  const auto reply = say_hello(audit, conversation);
  if (!reply) {
    detail = reply.error().detail;
    return state_after_greeting_failure(reply.error().code);
  }
  if (reply->code != 250) {
    detail = reply->first_line();
    const auto reason = smtp::reason_of(*reply);
    const bool stranger = !reply->refused() || reason == smtp::Reason::not_implemented ||
                          reason == smtp::Reason::login_required ||
                          reason == smtp::Reason::bad_sequence;
    return stranger ? PortState::not_smtp : PortState::turned_away;
  }
  return PortState::open;
}

}  // namespace

Result<smtp::Reply> say_hello(const Audit& audit, Conversation& conversation) {
  constexpr Milliseconds shortest{20};
  auto& session = conversation.smtp();
  auto reply = session.hello(audit.subject().ehlo_name);
  if (!reply || !reply->ok() || reply->lines.size() > 1) {
    return reply;  // what is queued behind several lines shows at the next command
  }
  SPRANGA_TRY(const auto more, session.unasked_reply(std::max(3 * session.round_trip(), shortest)));
  if (more && more->code != 421) {
    return fail(Errc::malformed, "more than one reply to EHLO");
  }
  return more ? *more : reply;  // a goodbye is the answer that counts
}

bool is_crowded(std::string_view words) {
  return words.starts_with("421") && smtp::limits_connections(words);
}

Phrase state_phrase(const PortFacts& facts) {
  const auto port = std::to_string(facts.port);
  switch (facts.state) {
    case PortState::untested:
      return {Word::port_untested, {port}};
    case PortState::open:
      return {Word::none, {}};
    case PortState::shut:
      return {Word::port_shut, {port}};
    case PortState::filtered:
      return {Word::port_filtered, {port}};
    case PortState::unreachable:
      return {Word::port_unreachable, {port, facts.trouble}};
    case PortState::turned_away:
      return {Word::port_turned_away, {port, facts.trouble}};
    case PortState::silent:
      return {Word::port_silent, {port, facts.trouble}};
    case PortState::not_smtp:
      return {Word::port_not_smtp, {port, facts.trouble}};
    case PortState::tls_failed:
      return {Word::port_tls_failed, {port, facts.trouble}};
  }
  return {};
}

namespace {

/// One attempt; `crowded` where the server says that we have too many connections.
Opened try_open(
    Audit& audit, PortFacts& facts, const std::string& purpose, bool hello, bool& crowded) {
  auto opened = audit.connect(facts.port, purpose);
  if (!opened) {
    // Nothing is known of a port that there was no time or no connection left for.
    const bool spent = audit.out_of_time() || opened.error().code == Errc::too_large;
    const auto state =
        spent ? PortState::untested : state_after_connect_failure(opened.error().code);
    settle(facts, state, opened.error().detail);
    return trouble_with(audit, facts, state, purpose, opened.error().detail);
  }
  auto conversation = std::move(*opened);
  if (facts.implicit_tls) {
    auto tls = conversation->smtp().handshake(audit.tls_options());
    if (!tls) {
      const bool clear_text = tls.error().code == Errc::malformed;
      crowded = facts.tls_seen && clear_text;  // Exim refuses a crowd in clear even here
      facts.met_clear_text = clear_text && !facts.tls_seen;
      facts.tls_trouble = facts.tls_seen ? facts.tls_trouble : tls.error().detail;
      settle(facts, PortState::tls_failed, tls.error().detail);
      return trouble_with(audit, facts, PortState::tls_failed, purpose, tls.error().detail);
    }
    remember_tls(facts, *conversation, std::move(*tls));
  }
  std::string detail;
  const auto state = introduce(audit, facts, *conversation, hello, detail);
  settle(facts, state, detail);
  crowded = state == PortState::turned_away && is_crowded(detail);
  if (state != PortState::open) {
    return trouble_with(audit, facts, state, purpose, detail);
  }
  if (hello) {
    const auto& capabilities = conversation->smtp().capabilities();
    (facts.implicit_tls ? facts.secure : facts.clear) = capabilities;
    facts.ehlo_views.push_back(view_of(capabilities));
  }
  return {std::move(conversation), {}};
}

}  // namespace

Opened open_session(Audit& audit, PortFacts& facts, const std::string& purpose, bool hello) {
  for (int i = 1;; ++i) {
    bool crowded = false;
    auto opened = try_open(audit, facts, purpose, hello, crowded);
    if (!crowded || i == crowded_tries) {
      return opened;
    }
    audit.wait_for_room();
  }
}

Phrase go_secure(Audit& audit, PortFacts& facts, Conversation& conversation) {
  auto& session = conversation.smtp();
  const auto port = std::to_string(facts.port);
  if (!session.capabilities().starttls()) {
    return {Word::starttls_not_offered, {port}};
  }
  const auto reply = session.command("STARTTLS");
  if (!reply) {
    return {Word::starttls_lost, {port, reply.error().detail}};
  }
  if (reply->code != 220) {
    return {Word::starttls_refused, {port, reply->first_line()}};
  }
  auto tls = session.handshake(audit.tls_options());
  if (!tls) {
    facts.tls_trouble = tls.error().detail;
    return {Word::starttls_lost, {port, tls.error().detail}};
  }
  remember_tls(facts, conversation, std::move(*tls));
  const auto hello = say_hello(audit, conversation);
  if (!hello || hello->code != 250) {
    return {Word::starttls_lost, {port, hello ? hello->first_line() : hello.error().detail}};
  }
  facts.secure = session.capabilities();
  return {};
}

Opened open_secure_session(Audit& audit, PortFacts& facts, const std::string& purpose) {
  auto opened = open_session(audit, facts, purpose);
  if (!opened.conversation || facts.implicit_tls) {
    return opened;
  }
  auto trouble = go_secure(audit, facts, *opened.conversation);
  if (trouble.word != Word::none) {
    return {nullptr, std::move(trouble)};
  }
  return opened;
}

}  // namespace spranga::check
