// The date detector on standard input and output, for dates.py. One command a line, bytes in hex:
//   P PATTERN|- ZONE|- NOW     a new detector; answers "ok" or "error WHAT"
//   N NOW CLOCK                what time it is from here on; no answer
//   L LINE                     answers "BEGIN END TIME NAME" ("none", "trips" for the time), or "-"
//   T                          answers the names of all templates in their order, with their hits
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include "guard/dates/date_detector.h"

using spranga::ban::Instant;
using spranga::guard::DateDetector;
using spranga::guard::DateSettings;

namespace {

std::string from_hex(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
    out += static_cast<char>(std::stoi(text.substr(at, 2), nullptr, 16));
  }
  return out;
}

std::optional<std::string> optional_hex(const std::string& text) {
  return text == "-" ? std::nullopt : std::optional(from_hex(text));
}

Instant instant(long long seconds) {
  return Instant(std::chrono::seconds(seconds));
}

struct Probe {
  std::optional<DateDetector> detector;
  Instant now;
  Instant clock;

  void create(std::istringstream& words) {
    std::string pattern;
    std::string zone;
    long long seconds = 0;
    words >> pattern >> zone >> seconds;
    now = clock = instant(seconds);
    DateSettings settings;
    settings.datepattern = optional_hex(pattern);
    settings.logtimezone = optional_hex(zone);
    auto made = DateDetector::create(settings, now);
    if (made) {
      detector.emplace(*std::move(made));
      std::cout << "ok\n";
    } else {
      std::cout << "error " << made.error().detail << '\n';
    }
  }

  void find(std::istringstream& words) {
    std::string line;
    words >> line;
    const auto bytes = from_hex(line);
    const auto found = detector->find(bytes, now, clock);
    if (!found) {
      std::cout << "-\n";
      return;
    }
    std::cout << found->begin << ' ' << found->end << ' ';
    if (found->trips_fail2ban) {
      std::cout << "trips";
    } else if (found->time) {
      std::cout << found->time->time_since_epoch().count();
    } else {
      std::cout << "none";
    }
    std::cout << ' ' << found->name << '\n';
  }

  void templates() const {
    for (const auto& one : detector->templates()) {
      std::cout << one.hits << ' ' << one.name << '\t' << one.regex << '\t';
    }
    std::cout << '\n';
  }
};

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  Probe probe;
  for (std::string command; std::getline(std::cin, command);) {
    std::istringstream words(command);
    std::string verb;
    words >> verb;
    if (verb == "P") {
      probe.create(words);
    } else if (verb == "N") {
      long long now = 0;
      long long clock = 0;
      words >> now >> clock;
      probe.now = instant(now);
      probe.clock = instant(clock);
    } else if (verb == "L") {
      probe.find(words);
    } else if (verb == "T") {
      probe.templates();
    }
  }
  return 0;
}
