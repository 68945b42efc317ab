#include "app/regex_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "base/fd.h"
#include "guard/config/parameters.h"
#include "guard/logs/journal_match.h"
#include "guard/old_logs/byte_source.h"
#include "guard/old_logs/journal_source.h"
#include "guard/old_logs/log_source.h"
#include "replay/regex_lines.h"

namespace spranga::app {

namespace {

constexpr std::string_view journal_name = "systemd-journal";

bool is_file(const std::string& path) {
  struct stat facts {};

  return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

Fd open_file(const std::string& path) {
  return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

Failure cannot_open(const std::string& path) {
  return fail(Errc::io, path + ": " + std::generic_category().message(errno));
}

Result<bool> is_journal(const std::string& path) {
  const auto fd = open_file(path);
  if (!fd) {
    return cannot_open(path);
  }
  std::string head(8, '\0');
  const auto count = ::pread(fd.get(), head.data(), head.size(), 0);
  return count == static_cast<ssize_t>(head.size()) && guard::is_journal_head(head);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// "systemd-journal[journalpath=DIR]"
Result<RegexLog> system_journal(const std::string& given) {
  SPRANGA_TRY(const auto reference, guard::config::parse_reference(given, {}));
  RegexLog log{LogKind::journal, "", {}, false};
  for (const auto* option : {"journalpath", "journalfiles"}) {
    if (const auto* value = reference.parameters.find(option)) {
      log.path = value->str();
    }
  }
  return log;
}

std::string system_journal_path() {
  for (const auto* path : {"/var/log/journal", "/run/log/journal"}) {
    struct stat facts {};

    if (::stat(path, &facts) == 0 && S_ISDIR(facts.st_mode)) {
      return path;
    }
  }
  return "/var/log/journal";
}

Result<bool> read_journal(const std::string& path,
                          const std::vector<std::string>& journalmatch,
                          const LogReaders& readers) {
  SPRANGA_TRY(const auto source, guard::open_journal(path.empty() ? system_journal_path() : path));
  const guard::JournalMatch match(journalmatch);
  while (true) {
    SPRANGA_TRY(const auto line, source->next());
    if (!line) {
      return false;
    }
    if (line->at && guard::wants(match, *source)) {
      readers.entry(line->text, *line->at);
    }
  }
}

Result<bool> read_file(const std::string& path,
                       std::string_view newline,
                       const LogReaders& readers) {
  auto fd = open_file(path);
  if (!fd) {
    return cannot_open(path);
  }
  SPRANGA_TRY(auto bytes, guard::open_bytes(std::move(fd), path));
  replay::RawLines lines(std::move(bytes), newline);
  while (true) {
    SPRANGA_TRY(const auto line, lines.next());
    if (!line) {
      return lines.unfinished();
    }
    readers.line(*line);
  }
}

}  // namespace

Result<RegexLog> regex_log(const std::string& given, bool many) {
  if (is_file(given)) {
    SPRANGA_TRY(const bool journal, is_journal(given));
    return RegexLog{journal ? LogKind::journal : LogKind::file, given, {}, false};
  }
  if (given.starts_with(journal_name)) {
    return system_journal(given);
  }
  const bool one = !many && given.find('\n') == std::string::npos;
  return RegexLog{LogKind::text, "", one ? std::vector<std::string>{given} : lines_of(given), one};
}

Result<bool> read_log(const RegexLog& log,
                      std::string_view newline,
                      const std::vector<std::string>& journalmatch,
                      const LogReaders& readers) {
  switch (log.kind) {
    case LogKind::journal:
      return read_journal(log.path, journalmatch, readers);
    case LogKind::file:
      return read_file(log.path, newline, readers);
    case LogKind::text:
      break;
  }
  for (const auto& line : log.lines) {
    readers.line(line);
  }
  return false;
}

}  // namespace spranga::app
