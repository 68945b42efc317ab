#include "guard/logs/journal_watch.h"

#include <systemd/sd-journal.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "guard/logs/live_journal.h"
#include "guard/logs/running_journal.h"

namespace spranga::guard {

/// Whether a container's journal, or another machine's, stands beside this one's.
static bool has_other_machines() {
  std::set<std::string> machines;
  for (const auto* const folder : {"/var/log/journal", "/run/log/journal"}) {
    std::error_code trouble;
    std::filesystem::directory_iterator entry(folder, trouble);
    for (const std::filesystem::directory_iterator end; entry != end; entry.increment(trouble)) {
      const auto& path = entry->path();
      const auto name = path.filename().string();
      const bool is_namespace = name.find('.') != std::string::npos;
      std::error_code none;
      if (!is_namespace && std::filesystem::exists(path / "system.journal", none)) {
        machines.insert(name);
      }
    }
  }
  return machines.size() > 1;
}

/// A machine's journal grows at one end only where nobody reads those of users and of others too.
static bool has_several_ends(const JournalOptions& options) {
  constexpr unsigned wider = SD_JOURNAL_ALL_NAMESPACES | SD_JOURNAL_INCLUDE_DEFAULT_NAMESPACE;
  const auto flags = static_cast<unsigned>(options.flags.value_or(SD_JOURNAL_SYSTEM));
  const bool local = (flags & SD_JOURNAL_LOCAL_ONLY) != 0;
  return !options.path.empty() || !options.files.empty() || (flags & SD_JOURNAL_SYSTEM) == 0 ||
         (flags & wider) != 0 || (!local && has_other_machines());
}

Result<void> is_journal_readable(const JournalOptions& options) {
  SPRANGA_CHECK(open_live(options));
  return {};
}

Result<std::unique_ptr<JournalWatch>> JournalWatch::open(const JournalOptions& options,
                                                         const Clock& clock,
                                                         const std::vector<JournalWish>& wishes,
                                                         const std::vector<JailPlace>& kept,
                                                         JournalSieve::Pace pace) {
  SPRANGA_TRY(auto journal, open_live(options));
  const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(clock.wall());
  std::vector<JournalJail> jails;
  std::vector<std::string> fields = {JournalMatch::slice_field};
  std::vector<LiveNote> notes;
  for (const auto& wish : wishes) {
    jails.push_back(beginning_of(wish, kept, now));
    for (const auto& set : jails.back().match.sets()) {
      for (const auto& field : set) {
        fields.push_back(field.name);
      }
    }
    for (const auto& note : jails.back().match.notes()) {
      if (std::ranges::find(notes, note, &LiveNote::text) == notes.end()) {
        notes.push_back({LiveEvent::widened, note, 0});
      }
    }
  }
  auto out = std::make_unique<RunningJournal>(
      std::move(journal), clock, has_several_ends(options), std::move(jails), fields, pace);
  for (auto& note : notes) {
    out->say(std::move(note));
  }
  SPRANGA_CHECK(out->begin());
  return std::unique_ptr<JournalWatch>(std::move(out));
}

}  // namespace spranga::guard
