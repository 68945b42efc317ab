#include "guard/old_logs/journal_source.h"

#include <sys/stat.h>
#include <systemd/sd-journal.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "guard/logs/journal_folder.h"
#include "guard/logs/journal_line.h"
#include "guard/logs/line_cutter.h"

namespace spranga::guard {

namespace {

class Journal : public LogSource {
public:
  Journal(sd_journal* raw, std::string name) : journal_(raw), name_(std::move(name)) {
    sd_journal_set_data_threshold(raw, longest_log_line + 64);
    sd_journal_seek_head(raw);
  }

  Result<std::optional<LogLine>> next() override {
    const int step = sd_journal_next(journal_.get());
    if (step < 0) {
      return failed(step);
    }
    if (step == 0) {
      return std::optional<LogLine>();
    }
    ++entries_;
    line_ = journal_line(entry());
    if (line_.size() > longest_log_line) {
      line_.resize(longest_log_line);
      ++cut_;
    }
    SPRANGA_TRY(const auto at, time());
    return LogLine{line_, at};
  }

  bool field_is(const std::string& name, std::string_view value) override {
    return field(name) == value;
  }

  std::optional<ban::Instant> last_time() override {
    std::optional<ban::Instant> last;
    if (sd_journal_seek_tail(journal_.get()) >= 0 && sd_journal_previous(journal_.get()) > 0) {
      const auto at = time();
      last = at ? std::optional(*at) : std::nullopt;
    }
    sd_journal_seek_head(journal_.get());
    return last;
  }

  [[nodiscard]] bool is_journal() const override { return true; }

  [[nodiscard]] LogProgress progress() const override { return {entries_, 0}; }

  [[nodiscard]] std::uint64_t cut_lines() const override { return cut_; }

private:
  struct Close {
    void operator()(sd_journal* raw) const { sd_journal_close(raw); }
  };

  [[nodiscard]] tl::unexpected<Error> failed(int code) const {
    const auto damaged = code == -EBADMSG || code == -ENODATA;
    return fail(damaged ? Errc::malformed : Errc::io,
                name_ + ": " + std::generic_category().message(-code));
  }

  /// Lives until the next step; "" where the entry has no such field.
  std::string_view field(const std::string& name) {
    const void* data = nullptr;
    std::size_t length = 0;
    if (sd_journal_get_data(journal_.get(), name.c_str(), &data, &length) < 0) {
      return {};
    }
    const std::string_view whole(static_cast<const char*>(data), length);
    return whole.substr(std::min(name.size() + 1, whole.size()));
  }

  std::string first_of(const std::string& name, const std::string& other) {
    const std::string value(field(name));
    return value.empty() ? std::string(field(other)) : value;
  }

  JournalEntry entry() {
    JournalEntry out;
    out.host = field("_HOSTNAME");
    out.identifier = first_of("SYSLOG_IDENTIFIER", "_COMM");
    out.pid = first_of("SYSLOG_PID", "_PID");
    out.message = field("MESSAGE");
    if (out.identifier == "kernel" && out.pid.empty()) {
      out.monotonic_us = monotonic();
    }
    return out;
  }

  std::uint64_t number(const std::string& name) {
    std::uint64_t out = 0;
    const auto text = field(name);
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
    return parsed.ec == std::errc() ? out : 0;
  }

  std::uint64_t monotonic() {
    std::uint64_t out = number("_SOURCE_MONOTONIC_TIMESTAMP");
    if (out == 0) {
      sd_id128_t boot{};
      sd_journal_get_monotonic_usec(journal_.get(), &out, &boot);
    }
    return out;
  }

  Result<ban::Instant> time() {
    std::uint64_t micros = number("_SOURCE_REALTIME_TIMESTAMP");
    if (micros == 0) {
      const int code = sd_journal_get_realtime_usec(journal_.get(), &micros);
      if (code < 0) {
        return failed(code);
      }
    }
    return ban::Instant(std::chrono::microseconds(static_cast<std::int64_t>(micros)));
  }

  std::unique_ptr<sd_journal, Close> journal_;
  std::string name_;
  std::string line_;
  std::uint64_t entries_{0};
  std::uint64_t cut_{0};
};

}  // namespace

Result<std::unique_ptr<LogSource>> open_journal(const std::string& path) {
  struct stat facts {};

  sd_journal* raw = nullptr;
  std::array<const char*, 2> paths = {path.c_str(), nullptr};
  const bool is_folder = ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
  if (is_folder && !has_journal_files(path)) {
    return fail(Errc::malformed,
                path + ": a folder without journal files; of other logs name the files");
  }
  const int code = is_folder ? sd_journal_open_directory(&raw, path.c_str(), 0)
                             : sd_journal_open_files(&raw, paths.data(), 0);
  if (code < 0) {
    return fail(code == -EACCES || code == -EPERM ? Errc::denied : Errc::malformed,
                path + ": " + std::generic_category().message(-code));
  }
  return std::make_unique<Journal>(raw, path);
}

bool wants(const JournalMatch& match, LogSource& source) {
  const auto holds = [&source](const JournalField& field) {
    return std::ranges::any_of(
        field.values, [&](const auto& value) { return source.field_is(field.name, value); });
  };
  return match.sets().empty() || std::ranges::any_of(match.sets(), [&](const auto& fields) {
           return std::ranges::all_of(fields, holds);
         });
}

}  // namespace spranga::guard
