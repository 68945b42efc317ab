// A reader of live logs at standard output, for scripts: each line as PLACE TAB JAILS TAB TEXT,
// where PLACE is what --from takes. What is said goes to standard error. Ends at a line that holds
// the word given by
// --until.
//
//   live_probe [--from PLACE] --until WORD files|journal WISH...     a glob, or a journalmatch, a
//   jail
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "base/clock.h"
#include "guard/logs/file_watch.h"
#include "guard/logs/journal_watch.h"
#include "guard/logs/local_log_files.h"

namespace {

using namespace spranga;

class Printed : public guard::LineSink {
public:
  explicit Printed(std::string until) : until_(std::move(until)) {}

  void on_line(const guard::LiveLine& line) override {
    std::string jails;
    for (const auto jail : line.jails) {
      jails += (jails.empty() ? "" : ",") + std::to_string(jail);
    }
    const auto& after = line.after;
    fmt::print("{}|{}|{}|{}|{}\t{}\t{}\n",
               after.path,
               after.inode,
               after.offset,
               after.cursor.empty() ? after.first_line_md5 : after.cursor,
               after.at.time_since_epoch().count(),
               jails,
               line.text);
    ended = ended || line.text.find(until_) != std::string_view::npos;
  }

  void on_end(std::span<const std::size_t> /*jails*/) override { fmt::print(stderr, "END\n"); }

  void on_note(const guard::LiveNote& note) override {
    fmt::print(stderr, "NOTE {} {}\n", note.count, note.text);
  }

  bool ended{false};

private:
  std::string until_;
};

std::vector<guard::JailPlace> places_of(const std::string& text, std::size_t jails) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '|') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  std::vector<guard::JailPlace> out;
  for (std::size_t jail = 0; parts.size() == 5 && jail < jails; ++jail) {
    guard::LogPlace place;
    place.path = parts[0];
    place.inode = std::stoull(parts[1]);
    place.offset = std::stoull(parts[2]);
    (place.path.empty() ? place.cursor : place.first_line_md5) = parts[3];
    place.at = ban::Instant(std::chrono::microseconds(std::stoll(parts[4])));
    out.push_back({jail, place});
  }
  return out;
}

struct Asked {
  std::string from;
  std::string until{"\n"};
  bool journal{false};
  std::vector<std::string> wishes;
};

void run(guard::LiveSource& source, Printed& sink) {
  while (!sink.ended) {
    std::vector<pollfd> polled;
    for (const int fd : source.descriptors()) {
      polled.push_back({fd, POLLIN, 0});
    }
    const auto now = std::chrono::steady_clock::now();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(source.next_turn(now) - now);
    ::poll(polled.data(), polled.size(), static_cast<int>(std::max<std::int64_t>(wait.count(), 0)));
    source.turn(std::chrono::steady_clock::now(), sink);
    std::fflush(stdout);
  }
}

int watch_journal(const Asked& asked, Printed& sink) {
  const SystemClock clock;
  std::vector<guard::JournalWish> wishes;
  for (const auto& match : asked.wishes) {
    wishes.push_back({wishes.size(), {match}, std::chrono::seconds(3600)});
  }
  auto watch =
      guard::JournalWatch::open({}, clock, wishes, places_of(asked.from, asked.wishes.size()));
  if (!watch) {
    fmt::print(stderr, "{}\n", watch.error().detail);
    return 1;
  }
  run(**watch, sink);
  return 0;
}

int watch_files(const Asked& asked, Printed& sink) {
  const SystemClock clock;
  auto files = guard::LocalLogFiles::make(guard::Links::trusted);
  if (!files) {
    fmt::print(stderr, "{}\n", files.error().detail);
    return 1;
  }
  std::vector<guard::LogWish> wishes;
  for (const auto& pattern : asked.wishes) {
    wishes.push_back({wishes.size(), pattern, false, std::chrono::seconds(3600)});
  }
  guard::FileWatch watch(**files, clock, {});
  watch.follow(wishes, places_of(asked.from, asked.wishes.size()));
  run(watch, sink);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> words(arguments + 1, arguments + count);
  Asked asked;
  while (words.size() >= 2 && words[0].starts_with("--")) {
    (words[0] == "--from" ? asked.from : asked.until) = words[1];
    words.erase(words.begin(), words.begin() + 2);
  }
  if (words.size() < 2 || (words[0] != "files" && words[0] != "journal")) {
    fmt::print(stderr, "usage: live_probe [--from PLACE] --until WORD files|journal WISH...\n");
    return 2;
  }
  asked.wishes.assign(words.begin() + 1, words.end());
  Printed sink(asked.until);
  return words[0] == "journal" ? watch_journal(asked, sink) : watch_files(asked, sink);
}
