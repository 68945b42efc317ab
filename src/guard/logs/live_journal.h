// LiveJournal: the journal of this machine, opened for reading as it grows.
#pragma once

#include <systemd/sd-journal.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "guard/logs/journal_options.h"

namespace spranga::guard {

struct CloseLiveJournal {
  void operator()(sd_journal* raw) const { sd_journal_close(raw); }
};

using LiveJournal = std::unique_ptr<sd_journal, CloseLiveJournal>;

/// Errc::denied: there are journals, and none may be read; Errc::not_found: there are none. (To
/// libsystemd both are a journal where nothing ever comes.)
[[nodiscard]] Result<LiveJournal> open_live(const JournalOptions& options);

/// What libsystemd answered as an error of ours; `what` failed.
[[nodiscard]] Failure journal_failed(const std::string& what, int code);

}  // namespace spranga::guard
