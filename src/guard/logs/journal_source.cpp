#include "guard/logs/journal_source.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "text/ascii.h"

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

void write_journal_line(const JournalParts& parts, std::string& out) {
  const auto begin = out.size();
  const auto next_word = [&] { out += out.size() == begin ? "" : " "; };
  out += parts.host;
  if (!parts.identifier.empty()) {
    next_word();
    out += parts.identifier;
    if (!parts.pid.empty()) {
      out.append("[").append(parts.pid).append("]");
    }
    out += ':';
    if (parts.identifier == "kernel" && parts.pid.empty()) {
      next_word();
      fmt::format_to(
          std::back_inserter(out), "[{:12.6f}]", static_cast<double>(parts.monotonic_us) / 1e6);
    }
  }
  next_word();
  for (auto rest = parts.message; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    out += line;
    rest.remove_prefix(line.size());
    if (!rest.empty()) {
      out += "\\n";
      rest.remove_prefix(1);
    }
  }
}

std::string journal_line(const JournalEntry& entry) {
  std::string out;
  write_journal_line({entry.host, entry.identifier, entry.pid, entry.message, entry.monotonic_us},
                     out);
  return out;
}

/// journald's folders: files, and a folder for each machine.
bool has_journal_files(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code trouble;
  const auto is_journal = [](const fs::path& path) {
    return path.extension() == ".journal" || path.extension() == ".journal~";
  };
  constexpr int deepest = 1;
  for (auto at = fs::recursive_directory_iterator(folder, trouble);
       !trouble && at != fs::recursive_directory_iterator();
       at.increment(trouble)) {
    if (is_journal(at->path())) {
      return true;
    }
    if (at.depth() >= deepest) {
      at.disable_recursion_pending();
    }
  }
  return static_cast<bool>(trouble);
}

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

JournalMatch::JournalMatch(const std::vector<std::string>& sets) {
  for (const auto& set : sets) {
    std::vector<JournalField> fields;
    const auto finish = [&] {
      if (!fields.empty()) {
        sets_.push_back(std::move(fields));
      }
      fields.clear();
    };
    for (const auto term : text::split_words(set)) {
      const auto equals = term.find('=');
      if (term == "+") {
        finish();
      } else if (equals != std::string_view::npos) {
        const auto name = term.substr(0, equals);
        auto field = std::ranges::find(fields, name, &JournalField::name);
        if (field == fields.end()) {
          field = fields.insert(field, {std::string(name), {}, {}, {}});
        }
        field->values.emplace_back(term.substr(equals + 1));
      }
    }
    finish();
  }
}

namespace {

struct OtherUnit {
  std::string_view written;    // in filters
  std::string_view also;       // its name on Debian, or what its instances begin with
  std::string_view instances;  // "": it has none
  std::string_view slice;
};

constexpr std::array<OtherUnit, 2> other_units = {{
    {"postfix.service", "postfix@-.service", "postfix@", "system-postfix.slice"},
    {"sshd.service", "ssh.service", "ssh@", "system-ssh.slice"},
}};

}  // namespace

JournalMatch JournalMatch::widened(const std::vector<std::string>& sets) {
  JournalMatch out(sets);
  for (auto& fields : out.sets_) {
    for (auto& field : fields) {
      for (const auto& unit : other_units) {
        if (field.name != "_SYSTEMD_UNIT" ||
            std::ranges::find(field.values, unit.written) == field.values.end()) {
          continue;
        }
        if (std::ranges::find(field.values, unit.also) == field.values.end()) {
          field.values.emplace_back(unit.also);
        }
        field.instances = unit.instances;
        field.slice = unit.slice;
        out.notes_.push_back(fmt::format("journalmatch {} lets in {} and {}*.service too",
                                         unit.written,
                                         unit.also,
                                         unit.instances));
      }
    }
  }
  return out;
}

bool JournalMatch::lets_in(const JournalField& field, std::string_view value) {
  return std::ranges::find(field.values, value) != field.values.end() ||
         (!field.instances.empty() && value.starts_with(field.instances) &&
          value.ends_with(".service"));
}

bool JournalMatch::wants(LogSource& source) const {
  const auto holds = [&](const JournalField& field) {
    return std::ranges::any_of(
        field.values, [&](const auto& value) { return source.field_is(field.name, value); });
  };
  return sets_.empty() || std::ranges::any_of(sets_, [&](const auto& fields) {
           return std::ranges::all_of(fields, holds);
         });
}

}  // namespace spranga::guard
