// The fields of one entry of the journal that somebody asks for, and the line made of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ban/instant.h"

namespace spranga::guard {

class EntryFields {
public:
  /// `more` beside those that the line and the time need.
  explicit EntryFields(const std::vector<std::string>& more);

  /// The next entry.
  void clear();

  /// NAME=value, as the journal has it; what nobody asks for is left out.
  void take(std::string_view data);

  /// All values of a field.
  [[nodiscard]] const std::vector<std::string>& values_of(const std::string& name) const;

  /// The first of them; "" where there is none.
  [[nodiscard]] std::string_view value_of(const std::string& name) const;

  /// As fail2ban writes it, at most longest_log_line bytes.
  [[nodiscard]] std::string line(std::uint64_t monotonic_us) const;

  /// The source's own time; none: it gave none.
  [[nodiscard]] std::optional<ban::Instant> at() const;

  /// journald's own word that it dropped lines: how many.
  [[nodiscard]] std::optional<std::uint64_t> dropped() const;

private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// journald's message of that kind (SD_MESSAGE_JOURNAL_DROPPED).
inline constexpr std::string_view dropped_message_id = "a596d6fe7bfa4994828e72309e95d61e";

}  // namespace spranga::guard
