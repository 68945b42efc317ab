// The options that fail2ban knows, as rows: jails, filters, actions, the server itself.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/config/interpolation.h"
#include "guard/config/problem.h"
#include "guard/config/value.h"

namespace spranga::guard::config {

struct OptionRow {
  enum class Type { text, boolean, integer };

  std::string_view name;
  Type type{Type::text};
  const char* fallback{nullptr};  // nullptr: none, the option stays unset
};

[[nodiscard]] std::span<const OptionRow> filter_rows();
[[nodiscard]] std::span<const OptionRow> action_rows();
[[nodiscard]] std::span<const OptionRow> jail_rows();
/// Those that a jail needs before its filter is read.
[[nodiscard]] std::span<const OptionRow> early_jail_rows();
/// [Definition] of fail2ban.conf: what the client needs to reach the server, then all.
[[nodiscard]] std::span<const OptionRow> client_rows();
[[nodiscard]] std::span<const OptionRow> server_rows();
[[nodiscard]] std::span<const OptionRow> thread_rows();

/// spranga's own, in jails and in filters.
[[nodiscard]] std::span<const OptionRow> own_jail_rows();
[[nodiscard]] std::span<const OptionRow> own_filter_rows();

[[nodiscard]] const OptionRow* find_row(std::span<const OptionRow> rows, std::string_view name);

/// As the row says: an integer without frills, a boolean; the row's fallback (or none) where the
/// text is neither, with a warning.
[[nodiscard]] Value converted(const OptionRow& row, const Value& value, Problems& problems);

/// "" or, where `value` has a # or // behind a blank, that this begins no comment there.
[[nodiscard]] std::string hint_of_comment(std::string_view value);

/// The options of a section that the rows name and `given` has not; fallbacks for those it lacks.
/// Without `convert` they stay text.
[[nodiscard]] Result<Section> read_options(const Scope& scope,
                                           std::span<const OptionRow> rows,
                                           const Section* given,
                                           bool convert,
                                           Problems& problems);

}  // namespace spranga::guard::config
