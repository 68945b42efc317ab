#include "net_helper/helper.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <iterator>

#include "net_helper/submission.h"
#include "text/escape.h"

namespace spranga::net_helper {

namespace {

Answer trouble(const Error& error) {
  Answer out;
  out.code = error.code;
  out.error = text::escape_clipped(error.detail, longest_error);
  return out;
}

Answer found(std::vector<std::string> texts) {
  Answer out;
  texts.resize(std::min(texts.size(), most_texts));
  out.texts = std::move(texts);
  return out;
}

Answer addresses_of(const Job& job, net::Resolver& resolver) {
  const auto addresses = resolver.addresses(job.request.text, job.deadline);
  if (!addresses) {
    return trouble(addresses.error());
  }
  std::vector<std::string> texts;
  std::ranges::transform(*addresses, std::back_inserter(texts), &net::Address::to_string);
  return found(std::move(texts));
}

Answer names_of(const Job& job, net::Resolver& resolver) {
  using namespace std::chrono_literals;
  // The resolver counts in seconds; who waits is told in time by the desk.
  const auto deadline = std::max(job.deadline, std::chrono::steady_clock::now() + 1100ms);
  auto names = resolver.names_of(*net::Address::parse(job.request.text), deadline);
  if (!names) {
    return trouble(names.error());
  }
  std::erase_if(*names, [](const std::string& name) { return name.size() > longest_name; });
  for (auto& name : *names) {
    name = text::escape(name);
  }
  return found(*std::move(names));
}

Answer mail_of(const Job& job, net::Resolver& resolver) {
  const auto& mail = job.request.mail;
  std::vector<net::Address> server;
  if (const auto address = net::Address::parse(mail.server)) {
    server.push_back(*address);
  } else {
    auto addresses = resolver.addresses(mail.server, job.deadline);
    if (!addresses) {
      return trouble(addresses.error());
    }
    server = *std::move(addresses);
  }
  if (server.empty()) {
    return trouble({Errc::not_found, mail.server + ": no such host"});
  }
  return submit(mail, server, job.deadline);
}

}  // namespace

Answer do_job(const Job& job, net::Resolver& resolver) {
  switch (job.request.what) {
    case Request::What::addresses:
      return addresses_of(job, resolver);
    case Request::What::names:
      return names_of(job, resolver);
    case Request::What::mail:
      return mail_of(job, resolver);
  }
  return trouble({Errc::internal, "no such request"});
}

Result<void> Helper::run() {
  for (;;) {
    SPRANGA_TRY(const bool goes_on, turn());
    if (!goes_on) {
      return {};
    }
  }
}

Result<bool> Helper::turn() {
  const auto next = desk_.next_deadline();
  int wait_ms = -1;
  if (next != SteadyTime::max()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - clock_.now());
    wait_ms = static_cast<int>(std::max<std::int64_t>(0, left.count()));
  }
  const short wanted = channel_.wants_to_write() ? POLLIN | POLLOUT : POLLIN;
  std::array<pollfd, 2> ready{pollfd{channel_.fd(), wanted, 0}, pollfd{workers_.fd(), POLLIN, 0}};
  if (::poll(ready.data(), ready.size(), wait_ms) < 0 && errno != EINTR) {
    return fail(Errc::io, "poll failed");
  }
  SPRANGA_TRY(const bool goes_on, take_requests());
  for (auto& done : workers_.take_done()) {
    desk_.on_done(done.job, std::move(done.outcome), clock_.now());
  }
  desk_.on_clock(clock_.now());
  begin_work();
  SPRANGA_CHECK(give_answers());
  return goes_on;
}

/// False: nobody asks any more. A message that cannot be read ends the process: the other end is
/// not what it was.
Result<bool> Helper::take_requests() {
  constexpr int most_at_once = 100;
  for (int i = 0; i < most_at_once; ++i) {
    auto message = channel_.receive();
    if (!message) {
      return message.error().code == Errc::closed ? Result<bool>(false)
                                                  : Result<bool>(Failure(message.error()));
    }
    if (!*message) {
      return true;
    }
    SPRANGA_TRY(auto request, read_request((*message)->bytes));
    desk_.on_request(std::move(request), clock_.now());
  }
  return true;
}

void Helper::begin_work() {
  for (const bool mail : {false, true}) {
    Job job;
    while (workers_.free_hands(mail) > 0 && desk_.take_job(mail, job)) {
      workers_.begin(mail, std::move(job));
    }
  }
}

Result<void> Helper::give_answers() {
  for (const auto& answer : desk_.take_answers()) {
    SPRANGA_CHECK(channel_.send(pack(answer)));
  }
  SPRANGA_CHECK(channel_.flush());
  return {};
}

}  // namespace spranga::net_helper
