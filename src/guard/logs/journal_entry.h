// The fields of one entry of the journal that somebody asks for, and the line made of them. Memory
// is used again from entry to entry.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
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
  [[nodiscard]] std::span<const std::string> values_of(std::string_view name) const;

  /// The first of them; "" where there is none.
  [[nodiscard]] std::string_view value_of(std::string_view name) const;

  /// Appends all values of the fields `more`, so that entries which differ in them never give the
  /// same: 8 bytes of count or length before each.
  void append_more(std::string& out) const;

  /// As fail2ban writes it, at most longest_log_line bytes; lives until it is asked for again.
  /// `monotonic_us()` is called for the kernel's lines.
  template <class Monotonic>
  [[nodiscard]] std::string_view line(const Monotonic& monotonic_us) {
    write_line(is_kernels() ? source_monotonic().value_or(monotonic_us()) : 0);
    return line_;
  }

  /// The source's own time; none: it gave none.
  [[nodiscard]] std::optional<ban::Instant> at() const;

  /// journald's own word that it dropped lines: how many.
  [[nodiscard]] std::optional<std::uint64_t> dropped() const;

private:
  /// What every line needs, by its place in fields_.
  enum class Known : std::uint8_t {
    hostname,
    identifier,
    comm,
    syslog_pid,
    pid,
    message,
    message_id,
    transport,
    n_dropped,
    source_realtime,
    source_monotonic
  };

  struct Field {
    std::string name;
    std::vector<std::string> values;
    std::size_t count{0};  // of values, of this entry
  };

  static constexpr std::size_t longest_name{64};  // journald's limit

  void ask_for(std::string_view name);
  [[nodiscard]] const Field* find(std::string_view name) const;
  [[nodiscard]] std::string_view value_of(Known field) const;
  [[nodiscard]] std::string_view first_of(Known field, Known other) const;
  [[nodiscard]] bool is_kernels() const;
  [[nodiscard]] std::optional<std::uint64_t> source_monotonic() const;
  void write_line(std::uint64_t monotonic_us);

  std::vector<Field> fields_;
  std::vector<std::uint32_t> more_;                                     // places in fields_
  std::array<std::vector<std::uint32_t>, longest_name + 1> by_length_;  // of the name
  std::string line_;
};

/// journald's message of that kind (SD_MESSAGE_JOURNAL_DROPPED).
inline constexpr std::string_view dropped_message_id = "a596d6fe7bfa4994828e72309e95d61e";

}  // namespace spranga::guard
