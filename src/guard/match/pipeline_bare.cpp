// What a match comes to where nobody will ask for more than whom it blames, and how often: without
// copies of the line and of what its groups caught.
#include <algorithm>
#include <charconv>
#include <utility>

#include "guard/match/pipeline.h"
#include "guard/match/source_id.h"

namespace spranga::guard {

int attempts_in(std::string_view text) {
  // More than a line may stand for, so that none can ban by itself what a hundred would not.
  constexpr int most = 100;
  int number = 1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return std::clamp(number, 0, most);
}

bool Hit::adds_to(int& counted) {
  attempts = total.value_or(attempts);
  if (!of_session || nofail) {
    return attempts > 0;
  }
  if (total) {
    attempts = std::max(0, *total - counted);
  }
  counted += attempts;
  return attempts > 0;
}

/// Whether that is enough for all lines of sessions.
void Pipeline::prepare_bare() {
  if (!settings_.bare || settings_.check_all || settings_.show_nofail || settings_.show_pending ||
      many_lines()) {
    return;
  }
  std::vector<const CompiledExpression*> all;
  for (const auto* list : {&fail_, &weak_}) {
    std::ranges::transform(*list, std::back_inserter(all), [](const auto& one) { return &one; });
  }
  bare_fields_ = BareFields::of(prefix_ ? &*prefix_ : nullptr, all);
}

/// An ignoreregex matches, or there is no time: what then comes next.
std::optional<Pipeline::Next> Pipeline::refuses_bare(const DatedLine& line, ban::Instant now) {
  if (!ignore_.empty()) {
    const Place nowhere;
    if (ignores(&nowhere, now)) {
      stale_ = true;
      return Next::stop;
    }
  }
  return line.undated && !line.at && settings_.need_date ? std::optional(Next::go_on)
                                                         : std::nullopt;
}

std::optional<Pipeline::Next> Pipeline::take_bare(Hit& hit,
                                                  const CompiledExpression& expression,
                                                  const DatedLine& line,
                                                  ban::Instant now,
                                                  std::vector<Hit>& out) {
  using Group = CompiledExpression::IdGroup;
  if (many_lines() || settings_.check_all) {
    return std::nullopt;
  }
  if (!expression.is_simple() || (prefix_ && !prefix_->is_simple())) {
    return take_bare_session(hit, line, now, out);
  }
  // A group of the expression hides the one of prefregex, even where it caught nothing.
  const auto caught = [&](Group group) {
    return !prefix_ || expression.has(group) ? expression.caught(group, search_.match())
                                             : prefix_->caught(group, prefix_search_.match());
  };
  const auto ip4 = caught(Group::ip4);
  const auto ip = ip4 ? ip4 : caught(Group::ip6);
  if (!ip) {
    return std::nullopt;
  }
  if (const auto next = refuses_bare(line, now)) {
    return next;
  }
  const auto number = [&](Group group) {
    const auto text = caught(group);
    return text ? std::optional(attempts_in(*text)) : std::nullopt;
  };
  hit.total = number(Group::attempts);
  hit.attempts = hit.total.value_or(number(Group::repeated).value_or(1));
  if (hit.attempts <= 0 && !settings_.show_nofail) {
    return Next::stop;
  }
  const auto cidr = caught(Group::cidr);
  hit.id = canonical_id(
      *ip, ip4 ? IdKind::ipv4 : IdKind::ipv6, cidr ? prefix_length(*cidr) : std::nullopt);
  hit.nofail = caught(Group::nofail).value_or("") != "";
  out.push_back(std::move(hit));
  return Next::stop;
}

/// nullopt: the line names no session, or more than that is needed of sessions.
std::optional<Pipeline::Next> Pipeline::take_bare_session(Hit& hit,
                                                          const DatedLine& line,
                                                          ban::Instant now,
                                                          std::vector<Hit>& out) {
  if (!bare_fields_) {
    return std::nullopt;
  }
  auto& fresh = *bare_fields_;
  const auto place = static_cast<std::size_t>(hit.regex_index);
  fresh.read(hit.weak ? first_weak() + place : place, search_.match(), prefix_search_.match());
  if (!fresh[BarePlace::mlfid].is_set()) {
    return std::nullopt;
  }
  if (const auto next = refuses_bare(line, now)) {
    return next;
  }
  const auto number = [&](BarePlace which) {
    return fresh[which].is_set() ? std::optional(attempts_in(fresh[which].text())) : std::nullopt;
  };
  hit.of_session = true;
  hit.total = number(BarePlace::attempts);
  hit.attempts = number(BarePlace::repeated).value_or(1);
  auto& session = bare_sessions_.merge(
      fresh, line.before.size() + line.date_text.size() + line.after.size(), now);
  if (session.has(BarePlace::nofail)) {
    return Next::stop;
  }
  const auto ids = identify(session);
  session.pending = ids.wait();
  if (!session.pending && hit.adds_to(session.counted)) {
    emit(hit, ids, out);
  }
  return Next::stop;
}

Pipeline::Ids Pipeline::identify(BareSession& session) const {
  auto kind = IdKind::ipv4;
  const auto* ip = session.text(BarePlace::ip4);
  if (ip == nullptr) {
    ip = session.text(BarePlace::ip6);
    kind = IdKind::ipv6;
  }
  const auto* name = session.text(BarePlace::dns);
  if (ip == nullptr && name == nullptr) {
    return {{std::nullopt}};
  }
  if (ip == nullptr) {
    const bool raw = settings_.usedns == ban::UseDns::raw || settings_.raw_hosts;
    return raw ? Ids{{*name}} : resolve(*name);
  }
  if (session.id().empty()) {
    const auto* cidr = session.text(BarePlace::cidr);
    session.keep_id(canonical_id(*ip, kind, cidr == nullptr ? std::nullopt : prefix_length(*cidr)));
  }
  return {{session.id()}};
}

}  // namespace spranga::guard
