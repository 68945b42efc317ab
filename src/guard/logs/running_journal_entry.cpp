// What is in an entry of the journal, and which jails want it.
#include <systemd/sd-journal.h>

#include <algorithm>

#include "guard/logs/running_journal.h"
#include "text/escape.h"

namespace spranga::guard {

/// Matches may change between two entries; the place stays, but its cursor can be asked for no
/// more.
void RunningJournal::follow_sieve(LineSink& sink) {
  // Who waits for the entry behind which it begins must see it, and that may be nobody's.
  const bool wanted = sieve_.uses_matches() && !waiting_;
  if (has_matches_ == wanted) {
    return;
  }
  if (std::exchange(place_is_old_, false)) {
    note_place();
  }
  has_matches_ = wanted;
  sd_journal_flush_matches(journal_.get());
  if (!has_matches_) {
    return;
  }
  if (const auto added = add_matches(); !added) {
    sd_journal_flush_matches(journal_.get());
    has_matches_ = false;
    sieve_ = JournalSieve(0);  // every entry is looked at
    sink.on_note({LiveEvent::unreadable, added.error().detail, 0});
  }
}

Result<void> RunningJournal::add_matches() {
  for (const auto& set : matches_) {
    SPRANGA_CHECK(add_terms(set));
    const int code = sd_journal_add_disjunction(journal_.get());
    if (code < 0) {
      return journal_failed("journalmatch", code);
    }
  }
  return {};
}

Result<void> RunningJournal::add_terms(const std::vector<std::string>& terms) {
  for (const auto& term : terms) {
    const int code = sd_journal_add_match(journal_.get(), term.data(), term.size());
    if (code < 0) {
      return journal_failed("journalmatch " + text::escape(term), code);
    }
  }
  return {};
}

void RunningJournal::read_fields() {
  fields_.clear();
  const void* data = nullptr;
  std::size_t length = 0;
  sd_journal_restart_data(journal_.get());
  while (sd_journal_enumerate_available_data(journal_.get(), &data, &length) > 0) {
    fields_.take({static_cast<const char*>(data), length});
  }
}

/// Whether a jail wants it.
bool RunningJournal::give(LineSink& sink) {
  read_fields();
  std::uint64_t micros = 0;
  if (sd_journal_get_realtime_usec(journal_.get(), &micros) < 0) {
    return false;  // vacuumed under our hands
  }
  at_cursor_.clear();
  if (waiting_) {
    open_jails(micros);
  }
  if (const auto dropped = fields_.dropped()) {
    sink.on_note(
        {LiveEvent::suppressed,
         "journald dropped lines: " + text::escape_clipped(fields_.value_of("MESSAGE"), 300),
         *dropped});
  }
  const auto& wanted = who_wants();
  if (wanted.empty()) {
    return false;
  }
  place_is_old_ = !sink.wants_places();
  if (!place_is_old_) {
    note_place();
  }
  const auto line = fields_.line([this] { return monotonic(); });
  sink.on_line({line, fields_.at().value_or(journal_instant(micros)), wanted, starting_, place_});
  return true;
}

/// Entries of one service are alike in all that the jails' matches ask for.
const std::vector<std::size_t>& RunningJournal::who_wants() {
  if (waiting_ || !at_cursor_.empty()) {
    wanted_ = ask_each();
    return wanted_;
  }
  key_.clear();
  fields_.append_more(key_);
  constexpr std::size_t longest_key = 1024;
  constexpr std::size_t most_known = 1000;
  if (key_.size() > longest_key) {
    wanted_ = ask_each();
    return wanted_;
  }
  if (const auto known = known_.find(key_); known != known_.end()) {
    return known->second;
  }
  if (known_.size() >= most_known) {
    known_.clear();
  }
  return known_.emplace(key_, ask_each()).first->second;
}

std::vector<std::size_t> RunningJournal::ask_each() const {
  std::vector<std::size_t> out;
  for (const auto& jail : jails_) {
    const bool had = std::ranges::find(at_cursor_, jail.jail) != at_cursor_.end();
    const auto values_of = [this](const std::string& name) { return fields_.values_of(name); };
    if (jail.open && !had && jail.match.wants_fields(values_of)) {
      out.push_back(jail.jail);
    }
  }
  return out;
}

std::uint64_t RunningJournal::monotonic() const {
  std::uint64_t out = 0;
  sd_id128_t boot{};
  sd_journal_get_monotonic_usec(journal_.get(), &out, &boot);
  return out;
}

}  // namespace spranga::guard
