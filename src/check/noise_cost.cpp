#include "check/noise_cost.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "check/audit.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

using finding::Product;

struct ProbeCost {
  LoudProbe probe;
  Product product;
  int lines;
};

constexpr std::array rows = {
    ProbeCost{LoudProbe::clear_auth_unadvertised, Product::exim, 1},
    ProbeCost{LoudProbe::clear_auth_cancelled, Product::exim, 1},
    ProbeCost{LoudProbe::relay_refused, Product::postfix, 1},
    ProbeCost{LoudProbe::relay_refused, Product::exim, 1},
    ProbeCost{LoudProbe::relay_refused, Product::sendmail, 1},
    ProbeCost{LoudProbe::vrfy_refused, Product::sendmail, 1},
    ProbeCost{LoudProbe::login_failed, Product::postfix, 1},
    ProbeCost{LoudProbe::login_failed, Product::exim, 1},
    ProbeCost{LoudProbe::login_failed, Product::sendmail, 1},
    ProbeCost{LoudProbe::login_failed, Product::dovecot, 1},
    ProbeCost{LoudProbe::mailbox_refused, Product::postfix, 1},
    ProbeCost{LoudProbe::mailbox_refused, Product::exim, 1},
    ProbeCost{LoudProbe::mailbox_refused, Product::sendmail, 1},
};

/// What a product costs that is not known: one line where any product counts one. A bare AUTH tells
/// Exim by its answer, so a server that is still unknown then is none.
int loudest(LoudProbe probe) {
  if (probe == LoudProbe::clear_auth_unadvertised || probe == LoudProbe::clear_auth_cancelled) {
    return 0;
  }
  return std::ranges::any_of(rows, [&](const ProbeCost& row) { return row.probe == probe; }) ? 1
                                                                                             : 0;
}

bool starts_with_one_of(std::string_view text, std::span<const std::string_view> starts) {
  return std::ranges::any_of(starts,
                             [&](std::string_view start) { return text.starts_with(start); });
}

/// The filter of fail2ban's jail postfix, mode `more`.
bool postfix_filter_counts(const smtp::Reply& reply) {
  constexpr std::array<std::string_view, 3> places{
      "helo command rejected: ", "sender address rejected: ", "recipient address rejected: "};
  constexpr std::array<std::string_view, 11> reasons{"service unavailable",
                                                     "client host rejected",
                                                     "command rejected",
                                                     "data command rejected",
                                                     "relay access denied",
                                                     "host not found",
                                                     "domain not found",
                                                     "need fully-qualified hostname",
                                                     "match",
                                                     "user unknown",
                                                     "undeliverable address"};
  const int tens = reply.code / 10 % 10;
  const int ones = reply.code % 10;
  if (reply.enhanced.empty() || (tens != 5 && tens != 0) || (ones != 0 && ones != 4)) {
    return false;
  }
  const auto text = text::to_lower(reply.lines.front());
  std::string_view rest = text;
  rest.remove_prefix(std::min(rest.size(), reply.enhanced.size() + 1));
  if (const auto end = rest.find(">: "); rest.starts_with('<') && end != std::string_view::npos) {
    rest.remove_prefix(end + 3);
  }
  for (const auto place : places) {
    if (rest.starts_with(place)) {
      rest.remove_prefix(place.size());
      break;
    }
  }
  return starts_with_one_of(rest, reasons);
}

/// That of the jail exim: a sender that was looked up in vain is a line of its own, and a refused
/// RCPT is read outside TLS only.
int exim_filter_counts(const smtp::Reply& reply, std::string_view recipient, bool tls) {
  constexpr std::array<std::string_view, 4> reasons{
      "relay not permitted", "sender verify failed", "unknown user", "unrouteable address"};
  if (reply.code != 550) {
    return 0;
  }
  const auto last = text::to_lower(reply.lines.back());
  const int sender = last.starts_with("sender verify failed") ? 1 : 0;
  const bool seen = !tls && recipient.find('@') != std::string_view::npos;
  return sender + (seen && starts_with_one_of(last, reasons) ? 1 : 0);
}

/// That of the jail sendmail-reject, at RCPT: what a milter says is in none of its lines.
bool sendmail_filter_counts(const smtp::Reply& reply, std::string_view recipient) {
  constexpr std::array<std::string_view, 6> reasons{"proper authentication required.",
                                                    "ip name possibly forged [",
                                                    "ip name lookup failed [",
                                                    "fix reverse dns for ",
                                                    "... rejected: ",
                                                    "... user unknown"};
  const auto text = text::to_lower(reply.lines.front());
  const auto says = [&](std::string_view reason) { return text.find(reason) != std::string::npos; };
  if (recipient.find('@') == std::string_view::npos || says("ip name lookup failed [ipv6:")) {
    return false;
  }
  return reply.code == 553 ? says("domain of sender address")
                           : reply.code == 550 && std::ranges::any_of(reasons, says);
}

}  // namespace

int noise_cost(LoudProbe probe, Product product) {
  if (product == Product::unknown || product == Product::other) {
    return loudest(probe);
  }
  for (const auto& row : rows) {
    if (row.probe == probe && row.product == product) {
      return row.lines;
    }
  }
  return 0;
}

int refusal_cost(const smtp::Reply& reply,
                 std::string_view recipient,
                 bool tls,
                 finding::Product product) {
  if (!reply.refused()) {
    return 0;
  }
  const bool unknown = product == Product::unknown || product == Product::other;
  const bool postfix = unknown || product == Product::postfix;
  const bool exim = unknown || product == Product::exim;
  const bool sendmail = unknown || product == Product::sendmail;
  const bool counts = (postfix && postfix_filter_counts(reply)) ||
                      (sendmail && sendmail_filter_counts(reply, recipient));
  return std::max(counts ? 1 : 0, exim ? exim_filter_counts(reply, recipient, tls) : 0);
}

int note_refusal(Audit& audit,
                 std::string_view id,
                 const Conversation& conversation,
                 const Result<smtp::Reply>& reply,
                 std::string_view recipient) {
  if (!reply) {
    return 0;
  }
  const int cost = refusal_cost(*reply, recipient, conversation.where().tls, audit.product());
  audit.add_noise(id, cost);
  return cost;
}

}  // namespace spranga::check
