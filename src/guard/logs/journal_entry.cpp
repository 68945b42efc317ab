#include "guard/logs/journal_entry.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "guard/logs/journal_line.h"
#include "guard/logs/line_cutter.h"

namespace spranga::guard {

namespace {

constexpr std::size_t most_values = 64;  // of one field

// In the order of EntryFields::Known.
constexpr std::array<std::string_view, 11> always_read = {"_HOSTNAME",
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
  std::ranges::for_each(always_read, [this](std::string_view name) { ask_for(name); });
  for (const auto& name : more) {
    ask_for(name);
    if (const auto* field = find(name)) {
      const auto place = static_cast<std::uint32_t>(field - fields_.data());
      if (std::ranges::find(more_, place) == more_.end()) {
        more_.push_back(place);
      }
    }
  }
}

void EntryFields::ask_for(std::string_view name) {
  if (name.size() <= longest_name && find(name) == nullptr) {
    by_length_[name.size()].push_back(static_cast<std::uint32_t>(fields_.size()));
    fields_.push_back({std::string(name), {}, 0});
  }
}

const EntryFields::Field* EntryFields::find(std::string_view name) const {
  if (name.size() > longest_name) {
    return nullptr;
  }
  for (const auto place : by_length_[name.size()]) {
    if (fields_[place].name == name) {
      return &fields_[place];
    }
  }
  return nullptr;
}

void EntryFields::clear() {
  for (auto& field : fields_) {
    field.count = 0;
  }
}

void EntryFields::take(std::string_view data) {
  const auto equals = data.find('=');
  if (equals > longest_name) {
    return;
  }
  for (const auto place : by_length_[equals]) {
    auto& [name, values, count] = fields_[place];
    if (name != data.substr(0, equals)) {
      continue;
    }
    if (count == values.size() && count < most_values) {
      values.emplace_back();
    }
    if (count < most_values) {
      values[count++] = data.substr(equals + 1);
    }
    return;
  }
}

std::span<const std::string> EntryFields::values_of(std::string_view name) const {
  const auto* field = find(name);
  return field == nullptr ? std::span<const std::string>()
                          : std::span(field->values).first(field->count);
}

std::string_view EntryFields::value_of(std::string_view name) const {
  const auto values = values_of(name);
  return values.empty() ? std::string_view() : std::string_view(values.front());
}

std::string_view EntryFields::value_of(Known field) const {
  const auto& known = fields_[static_cast<std::size_t>(field)];
  return known.count == 0 ? std::string_view() : std::string_view(known.values.front());
}

void EntryFields::append_more(std::string& out) const {
  const auto number = [&out](std::size_t value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);  // NOLINT: for comparison only
  };
  for (const auto place : more_) {
    const auto& field = fields_[place];
    number(field.count);
    for (std::size_t i = 0; i < field.count; ++i) {
      number(field.values[i].size());
      out += field.values[i];
    }
  }
}

std::string_view EntryFields::first_of(Known field, Known other) const {
  const auto value = value_of(field);
  return value.empty() ? value_of(other) : value;
}

bool EntryFields::is_kernels() const {
  return first_of(Known::identifier, Known::comm) == "kernel";
}

std::optional<std::uint64_t> EntryFields::source_monotonic() const {
  return count_in(value_of(Known::source_monotonic));
}

void EntryFields::write_line(std::uint64_t monotonic_us) {
  constexpr std::size_t most_kept = 64UL * 1024;
  if (line_.capacity() > most_kept) {
    line_ = std::string();
  }
  line_.clear();
  write_journal_line({value_of(Known::hostname),
                      first_of(Known::identifier, Known::comm),
                      first_of(Known::syslog_pid, Known::pid),
                      value_of(Known::message),
                      monotonic_us},
                     line_);
  line_.resize(std::min(line_.size(), longest_log_line));
}

std::optional<ban::Instant> EntryFields::at() const {
  const auto micros = count_in(value_of(Known::source_realtime));
  return micros && *micros > 0 ? std::optional(ban::Instant(
                                     std::chrono::microseconds(static_cast<std::int64_t>(*micros))))
                               : std::nullopt;
}

std::optional<std::uint64_t> EntryFields::dropped() const {
  const bool is_journald = value_of(Known::transport) == "driver";
  return is_journald ? count_in(value_of(Known::n_dropped)) : std::nullopt;
}

}  // namespace spranga::guard
