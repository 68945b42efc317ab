#include "daemon/net_link.h"

#include <algorithm>
#include <string>

namespace spranga::daemon {

bool NetLink::have_helper(SteadyTime now) {
  if (channel_) {
    return true;
  }
  if (now < not_before_) {
    return false;
  }
  auto fd = start_();
  if (!fd) {
    not_before_ = now + rest;
    log_.write(
        guard::Level::error, "net", "the net helper cannot be started: " + fd.error().detail);
    return false;
  }
  channel_.emplace(std::move(*fd));
  return true;
}

void NetLink::send(Request request, SteadyTime now) {
  request.number = ++last_number_;
  if (const auto good = net_helper::check(request); !good) {
    refuse(std::move(request), good.error(), true);
  } else if (open_.size() >= most_open) {
    refuse(std::move(request), {Errc::too_large, "too much is asked at once"});
  } else if (!have_helper(now)) {
    refuse(std::move(request), {Errc::closed, "there is no net helper"});
  } else {
    const auto number = request.number;
    const auto until = now + request.timeout + grace;
    const auto& open = open_.emplace(number, Open{std::move(request), until}).first->second;
    transmit(open.request, now);
  }
}

void NetLink::transmit(const Request& request, SteadyTime now) {
  const auto sent = channel_->send(net_helper::pack(request));
  if (sent) {
    return;
  }
  if (sent.error().code == Errc::closed) {
    lost(sent.error(), now);
  } else if (auto node = open_.extract(request.number)) {
    refuse(std::move(node.mapped().request), sent.error());
  }
}

void NetLink::refuse(Request request, const Error& why, bool for_good) {
  Answer answer;
  answer.number = request.number;
  answer.code = why.code;
  answer.error = why.detail;
  answer.for_good = for_good;
  failed_.emplace_back(std::move(request), std::move(answer));
}

std::size_t NetLink::open_mails() const {
  const auto of_open = std::ranges::count_if(
      open_, [](const auto& one) { return one.second.request.what == Request::What::mail; });
  const auto of_failed = std::ranges::count_if(
      failed_, [](const auto& one) { return one.first.what == Request::What::mail; });
  return static_cast<std::size_t>(of_open + of_failed);
}

void NetLink::refuse_all(const Error& why, bool only_mail) {
  for (auto at = open_.begin(); at != open_.end();) {
    if (only_mail && at->second.request.what != Request::What::mail) {
      ++at;
      continue;
    }
    refuse(std::move(at->second.request), why);
    at = open_.erase(at);
  }
}

void NetLink::on_readable(SteadyTime now) {
  while (channel_) {
    auto message = channel_->receive();
    if (!message) {
      lost(message.error(), now);
      return;
    }
    if (!*message) {
      return;
    }
    auto answer = net_helper::read_answer((*message)->bytes);
    if (!answer) {
      lost(answer.error(), now);
      return;
    }
    failures_in_a_row_ = 0;
    if (auto node = open_.extract(answer->number)) {
      done_(node.mapped().request, *answer);
    }
  }
}

void NetLink::on_writable(SteadyTime now) {
  if (channel_) {
    if (const auto flushed = channel_->flush(); !flushed) {
      lost(flushed.error(), now);
    }
  }
}

void NetLink::on_clock(SteadyTime now) {
  std::vector<std::uint64_t> late;
  for (const auto& [number, open] : open_) {
    if (open.until <= now) {
      late.push_back(number);
    }
  }
  for (const auto number : late) {
    refuse(std::move(open_.extract(number).mapped().request),
           {Errc::timeout, "the net helper does not answer"});
  }
  for (const auto& [request, answer] : std::exchange(failed_, {})) {
    done_(request, answer);
  }
}

/// A mail may be what it died of: that one waits its time. Names are asked again at once.
void NetLink::lost(const Error& why, SteadyTime now) {
  channel_.reset();
  const Error ended{Errc::closed, "the net helper ended: " + why.detail};
  log_.write(guard::Level::error, "net", ended.detail);
  refuse_all(ended, true);
  if (++failures_in_a_row_ > most_failures) {
    failures_in_a_row_ = 0;
    not_before_ = now + rest;
  }
  if (open_.empty()) {
    return;
  }
  if (!have_helper(now)) {
    refuse_all(ended, false);
    return;
  }
  std::vector<Request> again;
  for (const auto& [number, open] : open_) {
    again.push_back(open.request);
  }
  for (const auto& request : again) {
    if (channel_ && open_.contains(request.number)) {
      transmit(request, now);
    }
  }
}

}  // namespace spranga::daemon
