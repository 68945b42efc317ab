// For tests of the readers of old logs: what libarchive packs, and all that a log gives.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "guard/old_logs/log_source.h"
#include "tests/guard/logs/log_folder.h"

namespace spranga::guard {

inline std::string packed(const std::string& filter, const std::string& bytes) {
  std::string out(bytes.size() + (1U << 20U), '\0');
  std::size_t used = 0;
  auto* writer = archive_write_new();
  EXPECT_EQ(archive_write_add_filter_by_name(writer, filter.c_str()), ARCHIVE_OK);
  archive_write_set_format_raw(writer);
  archive_write_set_bytes_in_last_block(writer, 1);
  EXPECT_EQ(archive_write_open_memory(writer, out.data(), out.size(), &used), ARCHIVE_OK);
  auto* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_write_header(writer, entry);
  archive_write_data(writer, bytes.data(), bytes.size());
  archive_entry_free(entry);
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

struct ReadLog {
  std::vector<std::string> lines;
  std::optional<Error> error;
};

inline ReadLog read_all(LogSource& source) {
  ReadLog out;
  while (true) {
    auto line = source.next();
    if (!line) {
      out.error = line.error();
      return out;
    }
    if (!*line) {
      return out;
    }
    out.lines.emplace_back((*line)->text);
  }
}

inline ReadLog read_log(const std::string& path) {
  auto source = open_log(path);
  return source ? read_all(**source) : ReadLog{{}, source.error()};
}

}  // namespace spranga::guard
