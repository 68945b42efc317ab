// Folders of journal files.
#pragma once

#include <string>

namespace spranga::guard {

/// Whether there are journal files below this folder; what cannot be looked into counts.
[[nodiscard]] bool has_journal_files(const std::string& folder);

}  // namespace spranga::guard
