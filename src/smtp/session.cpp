#include "smtp/session.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace spranga::smtp {

namespace {

constexpr std::size_t max_transcript_line = 1000;
constexpr int greeting_patience = 3;  // reply times
constexpr int goodbye = 421;

bool ehlo_not_understood(int code) {
  constexpr std::array codes = {500, 501, 502, 504};
  return std::ranges::find(codes, code) != codes.end();
}

std::string dot_stuffed(std::string_view text) {
  std::string out;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && c == '.') {
      out += '.';
    }
    out += c;
    at_start = c == '\n';
  }
  return out;
}

}  // namespace

Session::Session(std::unique_ptr<net::Transport> transport,
                 const Clock& clock,
                 const SessionTiming& timing)
    : transport_(std::move(transport)), clock_(&clock), timing_(timing) {}

void Session::record(Direction direction, std::string_view text) {
  if (transcript_.size() >= max_transcript_lines || transcript_bytes_ >= max_transcript_bytes ||
      text.empty()) {
    return;
  }
  const auto at =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_->now() - timing_.origin);
  transcript_.push_back({at, direction, std::string(text.substr(0, max_transcript_line)), in_tls_});
  transcript_bytes_ += transcript_.back().text.size();
}

void Session::record_reply(const Reply& reply) {
  for (std::size_t i = 0; i < reply.lines.size(); ++i) {
    const bool last = i + 1 == reply.lines.size();
    record(Direction::received,
           fmt::format("{}{}{}", reply.code, last ? ' ' : '-', reply.lines[i]));
  }
}

void Session::note(std::string_view text) {
  record(Direction::event, text);
}

Transcript Session::lines_since(std::size_t mark) const {
  return {transcript_.begin() + static_cast<std::ptrdiff_t>(std::min(mark, transcript_.size())),
          transcript_.end()};
}

Milliseconds Session::round_trip() const {
  return std::chrono::ceil<Milliseconds>(fastest_reply_);
}

template <class T>
Result<T> Session::lost(Error error) {
  note(error.detail);
  drop();
  return Failure(std::move(error));
}

void Session::drop() {
  alive_ = false;
  transport_->close();
}

void Session::quit() {
  if (alive_) {
    record(Direction::sent, "QUIT");
    // The farewell is not waited for, so whether it was sent decides nothing.
    static_cast<void>(transport_->write("QUIT\r\n", std::min(timing_.end, clock_->now())));
  }
  drop();
}

Result<void> Session::send(std::string_view bytes) {
  if (!alive_) {
    return fail(Errc::closed, "the connection is already closed");
  }
  return transport_->write(bytes, std::min(timing_.end, clock_->now() + timing_.reply_timeout));
}

Result<Reply> Session::read_reply_within(Milliseconds time) {
  const auto asked = clock_->now();
  const auto deadline = std::min(timing_.end, asked + time);
  for (bool late = false;;) {
    auto next = parser_.next();
    if (!next) {
      record(Direction::received, parser_.take_unread());
      return lost<Reply>(std::move(next).error());
    }
    if (*next) {
      record_reply(**next);
      const auto took =
          std::chrono::duration_cast<std::chrono::microseconds>(clock_->now() - asked);
      fastest_reply_ = std::min(fastest_reply_, took);
      return std::move(**next);
    }
    if (!alive_) {
      return fail(Errc::closed, "the connection is already closed");
    }
    if (late) {  // a server that drips bytes is as late as one that says nothing
      record(Direction::received, parser_.take_unread());
      return lost<Reply>(Error{Errc::timeout, "no whole reply in time"});
    }
    auto bytes = transport_->read_some(deadline);
    if (!bytes) {
      record(Direction::received, parser_.take_unread());  // half a reply
      return lost<Reply>(std::move(bytes).error());
    }
    parser_.feed(*bytes);
    late = clock_->now() >= deadline;
  }
}

Result<Reply> Session::read_reply() {
  return read_reply_within(timing_.reply_timeout);
}

Result<Reply> Session::greeting() {
  return read_reply_within(greeting_patience * timing_.reply_timeout);
}

std::optional<Result<Reply>> Session::spoken_out_of_turn() {
  if (parser_.unread() == 0) {
    auto bytes = transport_->read_some(clock_->now());
    if (!bytes) {
      // An ended connection shows at the command itself, where the server's last words are still
      // read.
      return std::nullopt;
    }
    parser_.feed(*bytes);
  }
  const auto early = parser_.next();
  if (early && *early && (*early)->code == goodbye) {
    record_reply(**early);
    return Result<Reply>(**early);
  }
  if (early && *early) {
    record_reply(**early);
  }
  record(Direction::received, parser_.take_unread());
  return lost<Reply>(Error{Errc::malformed, "the server answered before it was asked"});
}

Result<Reply> Session::command(std::string_view line) {
  return secret_command(line, line);
}

Result<Reply> Session::secret_command(std::string_view line, std::string_view shown) {
  if (auto early = alive_ ? spoken_out_of_turn() : std::nullopt) {
    return std::move(*early);
  }
  record(Direction::sent, shown);
  if (auto sent = send(fmt::format("{}\r\n", line)); !sent) {
    // The server may have said why before it closed.
    if (sent.error().code == Errc::reset || sent.error().code == Errc::closed) {
      return read_reply();
    }
    return lost<Reply>(std::move(sent).error());
  }
  return read_reply();
}

Result<Reply> Session::commands_at_once(const std::vector<std::string>& lines) {
  if (auto early = alive_ ? spoken_out_of_turn() : std::nullopt) {
    return std::move(*early);
  }
  std::string bytes;
  for (const auto& line : lines) {
    record(Direction::sent, line);
    bytes += line + "\r\n";
  }
  if (auto sent = send(bytes); !sent) {
    return lost<Reply>(std::move(sent).error());
  }
  return read_reply();
}

Result<Reply> Session::send_message(std::string_view text) {
  if (auto early = alive_ ? spoken_out_of_turn() : std::nullopt) {
    return std::move(*early);
  }
  record(Direction::sent, fmt::format("(message of {} bytes)", text.size()));
  if (auto sent = send(dot_stuffed(text) + ".\r\n"); !sent) {
    return lost<Reply>(std::move(sent).error());
  }
  return read_reply();
}

Result<std::optional<Reply>> Session::unasked_reply(Milliseconds how_long) {
  if (!alive_) {
    return fail(Errc::closed, "the connection is already closed");
  }
  if (parser_.unread() == 0) {
    auto bytes = transport_->read_some(std::min(timing_.end, clock_->now() + how_long));
    if (!bytes && bytes.error().code == Errc::timeout) {
      return std::optional<Reply>{};
    }
    if (!bytes) {
      return lost<std::optional<Reply>>(std::move(bytes).error());
    }
    parser_.feed(*bytes);
  }
  SPRANGA_TRY(auto reply,
              read_reply());  // it has begun: its end is waited for as long as any reply's
  return std::optional<Reply>(std::move(reply));
}

Result<Reply> Session::hello(const std::string& name) {
  SPRANGA_TRY(auto reply, command("EHLO " + name));
  capabilities_ = parse_capabilities(reply);
  if (ehlo_not_understood(reply.code)) {
    SPRANGA_TRY(reply, command("HELO " + name));
  }
  return reply;
}

Result<net::TlsFacts> Session::handshake(const net::TlsOptions& options) {
  early_bytes_ = parser_.take_unread();
  record(Direction::received, early_bytes_);
  if (!alive_) {
    return fail(Errc::closed, "the connection is already closed");
  }
  auto facts =
      transport_->start_tls(options, std::min(timing_.end, clock_->now() + timing_.reply_timeout));
  if (!facts) {
    if (facts.error().code == Errc::malformed) {  // clear text came instead; it is still there
      const auto clear = transport_->read_some(clock_->now());
      early_bytes_ += clear.value_or("");
      record(Direction::received, clear.value_or(""));
    }
    return lost<net::TlsFacts>(
        Error{facts.error().code, fmt::format("TLS handshake failed: {}", facts.error().detail)});
  }
  in_tls_ = true;
  certificate_valid_ = facts->valid();
  capabilities_ = {};
  note(fmt::format("{}, {}", net::tls_version_name(facts->version), facts->cipher));
  return facts;
}

}  // namespace spranga::smtp
