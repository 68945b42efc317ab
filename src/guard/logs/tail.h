// Tail: one file that grows, read to its end again and again through one descriptor, whatever its
// name is by now.
//
// A file that was truncated shows in the bytes before the place that was read last: they are not
// what they were, however far it has grown again. They are looked at after each read, so what was
// read before still belongs to the old content. Nothing is read twice, and never a half line.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "guard/logs/line_cutter.h"
#include "guard/logs/live_source.h"
#include "guard/logs/sha1.h"

namespace spranga::guard {

/// A file, whatever its name.
struct FileId {
  std::uint64_t device{0};
  std::uint64_t inode{0};

  [[nodiscard]] auto operator<=>(const FileId&) const = default;
};

struct FileFacts {
  FileId id;
  std::uint64_t size{0};
  std::uint64_t names{0};      // 0: deleted
  std::int64_t born_ns{0};     // 0: the file system does not tell
  std::int64_t changed_ns{0};  // its content
};

[[nodiscard]] Result<FileFacts> facts_of(int fd, const std::string& path);

/// By what a log is known again: its first line, and the bytes before `offset`.
struct Fingerprint {
  std::string first_line_hash;
  std::uint64_t offset{0};
  std::string before;
};

/// Whether this file holds what was read of the other, and so goes on where that ended.
[[nodiscard]] bool continues(int fd, const Fingerprint& print);

/// fail2ban's: of the first line with its line break. "" where no first line is whole, or within
/// the longest line that is read.
[[nodiscard]] std::string first_line_hash(int fd);

class Tail {
public:
  using Give = std::function<void(std::string_view line, const LogPlace& after)>;

  /// Of whole lines as one piece, each with its LF; false: one by one, please.
  using GiveBlock =
      std::function<bool(std::string_view lines, std::uint64_t begin, const LogPlace& after)>;

  enum class Step {
    more,       // there may be more at once
    end,        // all that is there was read
    truncated,  // what comes is another log: start_over(), once the rest of the old one is found
  };

  /// Of `fd` from `offset`, where a line begins.
  Tail(Fd fd, const FileFacts& facts, std::string path, std::uint64_t offset);

  /// Reads once, at most what `buffer` holds. Errc::io.
  [[nodiscard]] Result<Step> read(std::span<char> buffer,
                                  const Give& give,
                                  const GiveBlock& give_block);

  /// Nobody will write to it any more: gives the last line, whose line break never came.
  void finish(const Give& give);

  /// From the file's beginning, as if it were new.
  void start_over();

  /// From `offset` on once more, where a line begins; what waits for its line break with it.
  void go_back(std::uint64_t offset);

  /// Behind the last line that was given.
  [[nodiscard]] const LogPlace& place() const { return place_; }

  [[nodiscard]] FileId id() const { return {place_.device, place_.inode}; }

  [[nodiscard]] std::int64_t born_ns() const { return born_ns_; }

  [[nodiscard]] Fingerprint fingerprint() const;

  /// Bytes that were there when it was last read, and were not read yet: the least that a
  /// truncation took away.
  [[nodiscard]] std::uint64_t unread() const {
    return seen_size_ - std::min(seen_size_, cutter_.end());
  }

  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] std::uint64_t cut_lines() const { return cutter_.cut_lines(); }

private:
  [[nodiscard]] bool is_truncated() const;
  void cut(std::string_view bytes, const Give& give);
  void note(std::string_view bytes);
  void note_first_line(std::string_view bytes);

  Fd fd_;
  LogPlace place_;
  std::int64_t born_ns_;
  LineCutter cutter_;
  Sha1 first_line_;     // of what was read of a first line that is not whole yet
  std::string before_;  // what stands before cutter_.end()
  std::uint64_t seen_size_{0};
};

}  // namespace spranga::guard
