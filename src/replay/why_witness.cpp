#include "replay/why_witness.h"

#include <algorithm>

#include "guard/judge/network.h"
#include "guard/match/credentials.h"
#include "guard/old_logs/journal_source.h"
#include "replay/mention.h"
#include "replay/report.h"
#include "text/escape.h"
#include "words/phrase.h"

namespace spranga::replay {

namespace {

constexpr std::size_t longest_quote = 400;
constexpr std::size_t longest_kept = 4096;

}  // namespace

void Witness::attend(ReplayWatch& watch) {
  watch.line = [this](Stream& stream) { note_line(stream); };
  watch.sighting = [this](const Seen& seen) { note_sighting(seen); };
}

void Witness::note_line(Stream& stream) {
  if (!names_address(stream.text(), address_)) {
    return;
  }
  if (unseen_.size() >= max_unseen) {
    unseen_.erase(unseen_.begin());
  }
  UnseenLine line{stream.name(),
                  stream.number(),
                  std::string(stream.text().substr(0, longest_kept)),
                  stream.source().is_journal(),
                  {},
                  {}};
  for (std::size_t place = 0; place < stream.jails().size(); ++place) {
    const auto& spec = stream.spec(place);
    const bool wanted =
        !line.is_entry ||
        guard::wants(guard::JournalMatch(spec.filter.journalmatch), stream.source());
    (wanted ? line.jails : line.unwanted).push_back(spec.name);
  }
  unseen_.push_back(std::move(line));
}

/// Whether it counts for or against the address: where a jail counts by networks, what others in
/// its network do does too.
bool Witness::is_about(const Seen& seen) const {
  if (seen.sighting.id == address_ || seen.judgement.target == address_) {
    return true;
  }
  const auto asked = guard::Network::parse(address_);
  const auto client = guard::Network::parse(seen.sighting.id);
  if (!asked || !client) {
    return false;
  }
  if (asked->overlaps(*client)) {
    return true;
  }
  const auto counted = guard::Network::parse(seen.judgement.target);
  return counted && asked->overlaps(*counted);
}

void Witness::note_sighting(const Seen& seen) {
  using Kind = guard::Judgement::Kind;
  if (!is_about(seen) || seen.judgement.kind == Kind::context) {
    return;
  }
  SeenLine line;
  if (seen.stream != nullptr) {
    line.file = seen.stream->name();
    line.number = seen.stream->number();
    line.text = seen.stream->text().substr(0, longest_kept);
    if (!unseen_.empty() && unseen_.back().number == line.number &&
        unseen_.back().file == line.file) {
      unseen_.pop_back();
    }
  }
  const bool matters = seen.judgement.ban.has_value();
  if (seen_.size() >= max_seen && !matters) {
    ++left_out_;
    return;
  }
  line.jail = seen.jail.name;
  line.origin =
      seen.sighting.expression == nullptr ? ban::Origin() : seen.sighting.expression->origin;
  line.weak = seen.sighting.weak;
  line.judgement = seen.judgement;
  line.at = seen.sighting.at.value_or(seen.clock);
  seen_.push_back(std::move(line));
}

bool Witness::is_banned() const {
  return std::ranges::any_of(seen_, [](const SeenLine& line) {
    return line.judgement.kind == guard::Judgement::Kind::banned;
  });
}

std::string Witness::quote(const std::string& file, std::uint64_t number, const std::string& text) {
  return text::escape(file) + ":" + std::to_string(number) + ": " +
         text::escape_clipped(guard::hide_credentials(text), longest_quote);
}

std::string place_text(const ban::Origin& origin) {
  if (origin.file.empty()) {
    return words::say(words::Word::why_built_in);
  }
  return origin.line > 0 ? origin.file + ":" + std::to_string(origin.line) : origin.file;
}

std::string until_text(const std::optional<ban::Instant>& until) {
  return until ? local_time(*until) : words::say(words::Word::why_never);
}

}  // namespace spranga::replay
