#include "action_runner/sendmail.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "action_runner/child.h"
#include "text/escape.h"

namespace spranga::action_runner {

namespace {

constexpr std::chrono::minutes time_to_take{1};
constexpr std::size_t longest_reason = 500;

std::string tag(const Request& request, std::string_view name) {
  const auto found = request.tags.find(name);
  return found == request.tags.end() ? "" : found->second;
}

/// An address that stands for itself on a command line.
bool is_plain(const std::string& address) {
  return !address.empty() && !address.starts_with('-') &&
         std::ranges::all_of(address, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool holds(const std::vector<std::string>& list, const std::string& address) {
  return is_plain(address) && std::ranges::count(list, address) > 0;
}

/// The message as a descriptor to be read from its beginning. Local mailers want bare line feeds.
Result<Fd> as_input(const std::string& message) {
  Fd fd(::memfd_create("mail", MFD_CLOEXEC));
  if (!fd) {
    return fail(Errc::io, "memfd_create failed");
  }
  std::string text = message;
  std::erase(text, '\r');
  for (std::size_t at = 0; at < text.size();) {
    const auto size = ::write(fd.get(), text.data() + at, text.size() - at);
    if (size <= 0) {
      return fail(Errc::io, "no memory for a mail");
    }
    at += static_cast<std::size_t>(size);
  }
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

Reply failed(const Letter& letter, std::string why) {
  Reply out;
  out.order = letter.order;
  out.outcome = Outcome::failed;
  out.why = std::move(why);
  return out;
}

}  // namespace

Result<Letter> letter_of(const MailPlan& plan, const Request& request) {
  Letter out;
  out.order = request.order;
  out.message = tag(request, "message");
  if (out.message.size() > largest_letter) {
    return fail(Errc::too_large, "a mail that is too large");
  }
  const auto from = tag(request, "from");
  if (!holds(plan.senders, from)) {
    return fail(Errc::denied, "the configuration names no such sender of mails");
  }
  out.words = {plan.program, "-oi", "-f", from, "--"};
  const auto to = tag(request, "to");
  for (std::size_t at = 0; at < to.size();) {
    const auto end = std::min(to.find('\n', at), to.size());
    out.words.push_back(to.substr(at, end - at));
    at = end + 1;
    if (!holds(plan.recipients, out.words.back())) {
      return fail(Errc::denied, "the configuration names no such recipient of mails");
    }
  }
  if (to.empty() || out.message.empty()) {
    return fail(Errc::malformed, "a mail to nobody, or an empty one");
  }
  return out;
}

Reply hand_over(const Letter& letter) {
  const auto input = as_input(letter.message);
  if (!input) {
    return failed(letter, input.error().detail);
  }
  auto child = Child::start_program(letter.words, input->get());
  if (!child) {
    return failed(letter, child.error().detail);
  }
  if (!child->wait(time_to_take)) {
    return failed(letter, letter.words.front() + " takes too long");
  }
  Reply out;
  out.order = letter.order;
  out.exit_code = child->exit_code().value_or(0);
  if (out.exit_code != 0) {
    const auto& said = child->errors().text.empty() ? child->output().text : child->errors().text;
    out = failed(letter,
                 letter.words.front() + ": exit status " + std::to_string(out.exit_code) + ": " +
                     text::escape_clipped(said.substr(0, said.find('\n')), longest_reason));
    out.exit_code = child->exit_code().value_or(0);
  }
  return out;
}

}  // namespace spranga::action_runner
