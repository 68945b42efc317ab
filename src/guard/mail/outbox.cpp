#include "guard/mail/outbox.h"

#include <algorithm>

#include "text/ascii.h"

namespace spranga::guard::mail {

namespace {

std::string recipients_of(const Letter& letter) {
  return text::enumerate(letter.route.recipients);
}

std::chrono::minutes pause_after(int tries) {
  constexpr int most_doublings = 6;
  return std::min(Outbox::longest_pause,
                  Outbox::first_pause * (1 << std::min(most_doublings, std::max(0, tries - 1))));
}

bool is_same_server(const Server& one, const Server& other) {
  return one.sendmail == other.sendmail && one.host == other.host && one.port == other.port &&
         one.user == other.user;
}

}  // namespace

void Outbox::put(Letter letter, ban::Instant now) {
  letter.id = ++last_id_;
  letter.written = now;
  bytes_ += letter.message.size();
  waiting_.push_back({std::move(letter), now});
  while (waiting_.size() > 1 && (waiting_.size() > most_letters || bytes_ > most_bytes)) {
    // One that is on its way may yet arrive: the oldest of the others.
    auto oldest = std::ranges::find(waiting_, false, &Waiting::on_the_way);
    give_up(oldest, "there is no room for more mails that wait");
  }
}

std::vector<Letter> Outbox::take_due(ban::Instant now) {
  while (true) {
    const auto old = std::ranges::find_if(waiting_, [&](const Waiting& waiting) {
      return !waiting.on_the_way && now - waiting.letter.written > longest_life;
    });
    if (old == waiting_.end()) {
      break;
    }
    give_up(old, "too old");
  }
  auto busy = static_cast<std::size_t>(std::ranges::count(waiting_, true, &Waiting::on_the_way));
  std::vector<Letter> out;
  for (auto& waiting : waiting_) {
    if (busy >= most_on_the_way) {
      break;
    }
    if (!waiting.on_the_way && waiting.next <= now) {
      waiting.on_the_way = true;
      ++busy;
      out.push_back(waiting.letter);
    }
  }
  return out;
}

void Outbox::on_outcome(std::uint64_t id, const Outcome& outcome, ban::Instant now) {
  const auto at = find(id);
  if (at == waiting_.end()) {
    return;
  }
  at->on_the_way = false;
  ++at->tries;
  if (outcome.error.empty()) {
    keep_those_refused(*at, outcome, now);
    if (at->letter.route.recipients.empty()) {
      bytes_ -= at->letter.message.size();
      waiting_.erase(at);
    }
    return;
  }
  if (outcome.for_good && ++at->refusals >= most_refusals) {
    give_up(at, outcome.error);
    return;
  }
  wait_again(*at, outcome.error, now);
  if (!outcome.for_good) {
    // The server is not well: the others need not find out one by one.
    for (auto& other : waiting_) {
      if (!other.on_the_way && other.letter.route.server == at->letter.route.server) {
        other.next = std::max(other.next, at->next);
      }
    }
  }
}

void Outbox::hasten(ban::Instant now) {
  for (auto& waiting : waiting_) {
    waiting.next = std::min(waiting.next, now);
  }
}

void Outbox::redirect(const Server& from, const Server& to) {
  for (auto& waiting : waiting_) {
    if (waiting.letter.route.server == from) {
      waiting.letter.route.server = to;
    }
  }
}

std::optional<ban::Instant> Outbox::next() const {
  std::optional<ban::Instant> out;
  std::size_t busy = 0;
  for (const auto& waiting : waiting_) {
    busy += waiting.on_the_way ? 1 : 0;
    if (!waiting.on_the_way && (!out || waiting.next < *out)) {
      out = waiting.next;
    }
  }
  return busy >= most_on_the_way ? std::nullopt : out;
}

std::deque<Outbox::Waiting>::iterator Outbox::find(std::uint64_t id) {
  return std::ranges::find_if(waiting_,
                              [id](const Waiting& waiting) { return waiting.letter.id == id; });
}

/// The server has it for some: who was refused for now waits, who was refused for good is told of.
void Outbox::keep_those_refused(Waiting& waiting, const Outcome& outcome, ban::Instant now) {
  auto& recipients = waiting.letter.route.recipients;
  std::vector<std::string> rest;
  std::string why;
  for (const auto& refused : outcome.refused) {
    if (std::ranges::count(recipients, refused.recipient) == 0) {
      continue;
    }
    if (refused.for_good) {
      log_.push_back("mail (" + waiting.letter.about + ") is not for " + refused.recipient + ": " +
                     refused.words);
    } else {
      rest.push_back(refused.recipient);
      why = refused.words;
    }
  }
  if (rest.empty()) {
    log_.push_back("mail sent (" + waiting.letter.about + ") to " + recipients_of(waiting.letter));
  }
  recipients = std::move(rest);
  if (!recipients.empty()) {
    wait_again(waiting, why, now);
  }
}

void Outbox::wait_again(Waiting& waiting, const std::string& why, ban::Instant now) {
  const auto pause = pause_after(waiting.tries);
  waiting.next = now + pause;
  log_.push_back("mail (" + waiting.letter.about + ") to " + recipients_of(waiting.letter) +
                 " was not sent, next try in " + std::to_string(pause.count()) + " min: " + why);
}

void Outbox::give_up(const std::deque<Waiting>::iterator& at, const std::string& why) {
  log_.push_back("mail (" + at->letter.about + ") to " + recipients_of(at->letter) +
                 " is given up: " + why);
  bytes_ -= at->letter.message.size();
  waiting_.erase(at);
}

void pack_route(process::Packer& to, const Route& route) {
  to.put(route.sender);
  to.put(route.sender_name);
  to.list(route.recipients);
  to.put(route.lines);
  const auto& server = route.server;
  to.put(server.sendmail);
  to.put(server.host);
  to.put(server.port);
  to.put(server.tls);
  to.put(server.ca_file);
  to.put(server.user);
}

Route unpack_route(process::Unpacker& from) {
  Route out;
  out.sender = from.text();
  out.sender_name = from.text();
  out.recipients = from.texts();
  out.lines = from.get<bool>();
  auto& server = out.server;
  server.sendmail = from.get<bool>();
  server.host = from.text();
  server.port = from.get<std::uint16_t>();
  server.tls = from.one_of(Protection::none);
  server.ca_file = from.text();
  server.user = from.text();
  return out;
}

Server with_password(Server server, const std::vector<Server>& known) {
  const auto same =
      std::ranges::find_if(known, [&](const Server& one) { return is_same_server(one, server); });
  if (same != known.end()) {
    return *same;
  }
  return server.user.empty() || known.empty() ? server : known.front();
}

void Outbox::pack(process::Packer& to) const {
  to.list(waiting_, [](process::Packer& into, const Waiting& waiting) {
    pack_route(into, waiting.letter.route);
    into.put(waiting.letter.about);
    into.put(waiting.letter.message);
    into.put(waiting.letter.written.time_since_epoch());
    into.put(waiting.refusals);
  });
}

void Outbox::unpack(process::Unpacker& from, const std::vector<Server>& known, ban::Instant now) {
  auto letters = from.list([](process::Unpacker& each) {
    Waiting out;
    out.letter.route = unpack_route(each);
    out.letter.about = each.text();
    out.letter.message = each.text();
    out.letter.written = ban::Instant(each.length<std::chrono::microseconds>());
    out.refusals = each.get<int>();
    return out;
  });
  if (!from.good()) {
    return;
  }
  for (auto& waiting : letters) {
    auto& server = waiting.letter.route.server;
    server = with_password(std::move(server), known);
    const auto written = waiting.letter.written;
    put(std::move(waiting.letter), now);
    waiting_.back().letter.written = std::min(written, now);
    waiting_.back().refusals = waiting.refusals;
  }
}

}  // namespace spranga::guard::mail
