#include "replay/why.h"

#include <algorithm>
#include <utility>

#include "replay/report.h"
#include "replay/why_witness.h"
#include "words/phrase.h"

namespace spranga::replay {

namespace {

using words::say;
using words::Word;
using Kind = guard::Judgement::Kind;

const ban::JailSpec* find_jail(const std::vector<ban::JailSpec>& jails, const std::string& name) {
  const auto found = std::ranges::find(jails, name, &ban::JailSpec::name);
  return found == jails.end() ? nullptr : &*found;
}

std::string counted_text(const SeenLine& line, const ban::JailSpec& jail) {
  auto text = say(Word::why_counted,
                  {local_time(line.at),
                   line.jail,
                   std::to_string(line.judgement.count),
                   std::to_string(jail.maxretry),
                   length_text(jail.findtime),
                   place_text(line.origin)});
  return text + (line.weak ? say(Word::why_weak) : "");
}

std::string judgement_text(const SeenLine& line, const ban::JailSpec& jail) {
  if (line.judgement.kind == Kind::ignored) {
    return say(Word::why_ignored,
               {local_time(line.at), line.jail, line.judgement.why, place_text(line.origin)}) +
           "\n";
  }
  auto out = counted_text(line, jail) + "\n";
  if (line.judgement.kind == Kind::banned) {
    const auto& ban = *line.judgement.ban;
    out += say(Word::why_banned,
               {local_time(ban.since), line.jail, ban.target, until_text(ban.until)}) +
           "\n";
  } else if (line.judgement.kind == Kind::prolonged) {
    out += say(Word::why_prolonged,
               {local_time(line.at), line.jail, until_text(line.judgement.ban->until)}) +
           "\n";
  } else if (line.judgement.kind == Kind::expired) {
    out += say(Word::why_expired, {local_time(line.at), line.jail}) + "\n";
  }
  return out;
}

std::string lines_text(const Witness& witness, const std::vector<ban::JailSpec>& jails) {
  std::string out;
  const SeenLine* last = nullptr;
  for (const auto& line : witness.seen()) {
    const auto* jail = find_jail(jails, line.jail);
    if (jail == nullptr) {
      continue;
    }
    const bool same = last != nullptr && last->file == line.file && last->number == line.number;
    if (!same) {
      out += (line.file.empty() ? say(Word::why_of_fail2bans_log, {witness.address()})
                                : Witness::quote(line.file, line.number, line.text)) +
             "\n";
    }
    out += judgement_text(line, *jail);
    last = &line;
  }
  if (witness.left_out() > 0) {
    out += say(Word::why_left_out, {std::to_string(witness.left_out())}) + "\n";
  }
  return out;
}

std::string ban_list(const Witness& witness) {
  std::string out;
  for (const auto& line : witness.seen()) {
    if (line.judgement.kind == Kind::banned) {
      const auto& ban = *line.judgement.ban;
      out += (out.empty() ? "" : "; ") +
             say(Word::why_verdict_ban, {line.jail, local_time(ban.since), until_text(ban.until)});
    }
  }
  return out;
}

}  // namespace

std::string account_of(const Witness& witness, const std::vector<ban::JailSpec>& jails) {
  const auto bans = ban_list(witness);
  if (!bans.empty()) {
    return lines_text(witness, jails) + say(Word::why_verdict_banned, {witness.address(), bans}) +
           "\n";
  }
  const bool named = !witness.seen().empty() || !witness.unseen().empty();
  return lines_text(witness, jails) +
         say(named ? Word::why_verdict_not : Word::why_nothing, {witness.address()}) + "\n";
}

WhyResult tell_why(const std::string& address,
                   const std::vector<ban::JailSpec>& jails,
                   const ReplayOptions& options,
                   ReplayWatch watch) {
  Witness witness(address);
  witness.attend(watch);
  WhyResult out;
  out.replayed = replay(jails, options, watch);
  out.named = !witness.seen().empty() || !witness.unseen().empty();
  out.banned = witness.is_banned();
  out.text = account_of(witness, jails);
  return out;
}

}  // namespace spranga::replay
