#include "guard/logs/journal_entry.h"

#include <array>
#include <charconv>

#include "guard/logs/journal_source.h"

namespace spranga::guard {

namespace {

constexpr std::size_t most_values = 64;  // of one field

constexpr std::array<const char*, 11> always_read = {"_HOSTNAME",
                                                     "SYSLOG_IDENTIFIER",
                                                     "_COMM",
                                                     "SYSLOG_PID",
                                                     "_PID",
                                                     "MESSAGE",
                                                     "MESSAGE_ID",
                                                     "_TRANSPORT",
                                                     "N_DROPPED",
                                                     "_SOURCE_REALTIME_TIMESTAMP",
                                                     "_SOURCE_MONOTONIC_TIMESTAMP"};

std::optional<std::uint64_t> count_in(std::string_view text) {
  std::uint64_t out = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
  return parsed.ec == std::errc() && !text.empty() ? std::optional(out) : std::nullopt;
}

}  // namespace

EntryFields::EntryFields(const std::vector<std::string>& more) {
  for (const auto* name : always_read) {
    values_[name];
  }
  for (const auto& name : more) {
    values_[name];
  }
}

void EntryFields::clear() {
  for (auto& [name, values] : values_) {
    values.clear();
  }
}

void EntryFields::take(std::string_view data) {
  const auto equals = data.find('=');
  const auto found = values_.find(data.substr(0, equals));
  if (equals != std::string_view::npos && found != values_.end() &&
      found->second.size() < most_values) {
    found->second.emplace_back(data.substr(equals + 1));
  }
}

const std::vector<std::string>& EntryFields::values_of(const std::string& name) const {
  static const std::vector<std::string> none;
  const auto found = values_.find(name);
  return found == values_.end() ? none : found->second;
}

std::string_view EntryFields::value_of(const std::string& name) const {
  const auto& values = values_of(name);
  return values.empty() ? std::string_view() : std::string_view(values.front());
}

std::string EntryFields::line(std::uint64_t monotonic_us) const {
  const auto first_of = [this](const char* name, const char* other) {
    const auto value = value_of(name);
    return std::string(value.empty() ? value_of(other) : value);
  };
  JournalEntry entry;
  entry.host = value_of("_HOSTNAME");
  entry.identifier = first_of("SYSLOG_IDENTIFIER", "_COMM");
  entry.pid = first_of("SYSLOG_PID", "_PID");
  entry.message = value_of("MESSAGE");
  entry.monotonic_us = count_in(value_of("_SOURCE_MONOTONIC_TIMESTAMP")).value_or(monotonic_us);
  auto out = journal_line(entry);
  out.resize(std::min(out.size(), longest_log_line));
  return out;
}

std::optional<ban::Instant> EntryFields::at() const {
  const auto micros = count_in(value_of("_SOURCE_REALTIME_TIMESTAMP"));
  return micros && *micros > 0 ? std::optional(ban::Instant(
                                     std::chrono::microseconds(static_cast<std::int64_t>(*micros))))
                               : std::nullopt;
}

std::optional<std::uint64_t> EntryFields::dropped() const {
  const bool is_journald = value_of("_TRANSPORT") == "driver";
  return is_journald ? count_in(value_of("N_DROPPED")) : std::nullopt;
}

}  // namespace spranga::guard
