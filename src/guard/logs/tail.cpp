#include "guard/logs/tail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "guard/logs/sha1.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

constexpr std::size_t longest_before = 256;

/// What stands at `offset`; shorter where the file ends, or where it cannot be read.
std::string bytes_at(int fd, std::uint64_t offset, std::size_t length) {
  std::string out(length, '\0');
  std::size_t have = 0;
  while (have < length) {
    const auto count =
        ::pread(fd, out.data() + have, length - have, static_cast<off_t>(offset + have));
    if (count <= 0 && !(count < 0 && errno == EINTR)) {
      break;
    }
    have += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  out.resize(have);
  return out;
}

std::string bytes_before(int fd, std::uint64_t offset) {
  const auto length = std::min<std::uint64_t>(longest_before, offset);
  return bytes_at(fd, offset - length, static_cast<std::size_t>(length));
}

std::int64_t in_ns(const statx_timestamp& time) {
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Result<FileFacts> facts_of(int fd, const std::string& path) {
  struct statx facts {};

  if (::statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &facts) != 0) {
    return fail(Errc::io, text::escape(path) + ": " + std::generic_category().message(errno));
  }
  FileFacts out;
  out.id = {makedev(facts.stx_dev_major, facts.stx_dev_minor), facts.stx_ino};
  out.size = facts.stx_size;
  out.names = facts.stx_nlink;
  out.born_ns = (facts.stx_mask & STATX_BTIME) != 0 ? in_ns(facts.stx_btime) : 0;
  out.changed_ns = in_ns(facts.stx_mtime);
  return out;
}

bool continues(int fd, const Fingerprint& print) {
  return print.offset > 0 && !print.before.empty() &&
         bytes_at(fd, print.offset - print.before.size(), print.before.size()) == print.before &&
         (print.first_line_hash.empty() || first_line_hash(fd) == print.first_line_hash);
}

std::string first_line_hash(int fd) {
  constexpr std::size_t piece = 4096;
  Sha1 sum;
  for (std::uint64_t offset = 0; offset < longest_log_line; offset += piece) {
    const auto bytes = bytes_at(fd, offset, piece);
    const auto at = bytes.find('\n');
    sum.add(std::string_view(bytes).substr(0, at == std::string::npos ? at : at + 1));
    if (at != std::string::npos) {
      return sum.hex();
    }
    if (bytes.size() < piece) {
      break;
    }
  }
  return "";
}

Tail::Tail(Fd fd, const FileFacts& facts, std::string path, std::uint64_t offset)
    : fd_(std::move(fd)), born_ns_(facts.born_ns), cutter_(offset) {
  place_.path = std::move(path);
  place_.device = facts.id.device;
  place_.inode = facts.id.inode;
  go_back(offset);
}

Result<Tail::Step> Tail::read(std::span<char> buffer,
                              const Give& give,
                              const GiveBlock& give_block) {
  const auto count =
      ::pread(fd_.get(), buffer.data(), buffer.size(), static_cast<off_t>(cutter_.end()));
  if (count < 0) {
    return errno == EINTR
               ? Result<Step>(Step::more)
               : fail(Errc::io,
                      text::escape(place_.path) + ": " + std::generic_category().message(errno));
  }
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
  if (is_truncated()) {
    return Step::truncated;
  }
  note_first_line(bytes);
  note(bytes);
  const bool is_full = bytes.size() == buffer.size();
  if (struct stat facts{}; is_full && ::fstat(fd_.get(), &facts) == 0) {
    seen_size_ = static_cast<std::uint64_t>(facts.st_size);
  }
  const auto waited_for = cutter_.rest_of_line(bytes);
  cut(waited_for, give);
  auto rest = bytes.substr(waited_for.size());
  if (const auto whole = cutter_.whole_lines(rest); !whole.empty()) {
    const auto begin = cutter_.end();
    auto after = place_;
    after.offset = begin + whole.size();
    if (give_block(whole, begin, after)) {
      cutter_.pass(whole);
      place_.offset = after.offset;
      rest.remove_prefix(whole.size());
    }
  }
  cut(rest, give);
  return is_full ? Step::more : Step::end;
}

void Tail::cut(std::string_view bytes, const Give& give) {
  cutter_.feed(bytes, [&](std::string_view line, std::uint64_t after) {
    place_.offset = after;
    give(line, place_);
  });
}

void Tail::finish(const Give& give) {
  cutter_.finish([&](std::string_view line, std::uint64_t after) {
    place_.offset = after;
    give(line, place_);
  });
}

void Tail::start_over() {
  // A writer that goes on where it was leaves a hole before it, which is not worth reading.
  const auto data = ::lseek(fd_.get(), 0, SEEK_DATA);
  const auto begin = data > 0 ? static_cast<std::uint64_t>(data) : 0;
  go_back(begin);
}

void Tail::go_back(std::uint64_t offset) {
  cutter_ = LineCutter(offset);
  seen_size_ = 0;
  place_.offset = offset;
  place_.first_line_md5 = first_line_hash(fd_.get());
  first_line_ = Sha1();
  if (place_.first_line_md5.empty() && offset < longest_log_line) {
    first_line_.add(bytes_at(fd_.get(), 0, static_cast<std::size_t>(offset)));
  }
  before_ = bytes_before(fd_.get(), offset);
}

Fingerprint Tail::fingerprint() const {
  return {place_.first_line_md5, cutter_.end(), before_};
}

bool Tail::is_truncated() const {
  return bytes_at(fd_.get(), cutter_.end() - before_.size(), before_.size()) != before_;
}

/// Of the very bytes that are read: the file may hold another log's a moment later.
void Tail::note_first_line(std::string_view bytes) {
  if (cutter_.end() == 0) {
    place_.first_line_md5.clear();
    first_line_ = Sha1();
  }
  if (!place_.first_line_md5.empty() || cutter_.end() >= longest_log_line) {
    return;
  }
  const auto line_break = bytes.find('\n');
  first_line_.add(
      bytes.substr(0, line_break == std::string_view::npos ? line_break : line_break + 1));
  if (line_break != std::string_view::npos) {
    place_.first_line_md5 = first_line_.hex();
  }
}

/// Remembers the end of what stands before the next bytes.
void Tail::note(std::string_view bytes) {
  if (bytes.size() >= longest_before) {
    before_ = bytes.substr(bytes.size() - longest_before);
    return;
  }
  before_ += bytes;
  before_.erase(0, before_.size() - std::min(before_.size(), longest_before));
}

}  // namespace spranga::guard
