// Jails and logs in which little is as it should be: what a scan of a log's bytes must mind.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "ban/instant.h"
#include "ban/jail_spec.h"
#include "ban/sighting.h"

namespace spranga::guard::match_tests {

inline ban::JailSpec jail_of(const std::string& name, const ban::FilterSpec& filter) {
  ban::JailSpec jail;
  jail.name = name;
  jail.filter = filter;
  jail.maxretry = 3;
  jail.usedns = ban::UseDns::warn;
  return jail;
}

inline ban::JailSpec made_up(const std::string& name,
                             const std::string& prefix,
                             const std::vector<std::string>& expressions) {
  ban::FilterSpec filter;
  int line = 1;
  if (!prefix.empty()) {
    filter.prefregex = ban::Expression{prefix, {name + ".conf", line++}};
  }
  for (const auto& expression : expressions) {
    filter.failregex.push_back({expression, {name + ".conf", line++}});
  }
  return jail_of(name, filter);
}

/// Jails that differ in what a scan must mind.
inline std::vector<ban::JailSpec> odd_jails() {
  const std::string prefix =
      R"(^\s*(?:\S+ )?\w+\[<F-MLFID>\d+</F-MLFID>\]: <F-CONTENT>.+</F-CONTENT>$)";
  std::vector<ban::JailSpec> jails;
  jails.push_back(made_up("sessions",
                          prefix,
                          {R"(^<F-NOFAIL>connect</F-NOFAIL> from <HOST>)",
                           R"(^<F-MLFFORGET><F-MLFGAINED>Accepted \w+</F-MLFGAINED></F-MLFFORGET>)",
                           R"(^<F-MLFFORGET>disconnect</F-MLFFORGET>)",
                           R"(^login of <F-USER>\S+</F-USER> failed)"}));
  jails.push_back(
      made_up("alternatives",
              "",
              {R"((?:bad|wrong) (?:password|user) .*from <HOST>)", R"(<HOST> is banned)"}));
  jails.push_back(made_up("caseless", "", {R"((?i)FAILED for \S+ from <ADDR>)"}));
  jails.push_back(made_up("part-caseless", "", {R"(x: (?i:Refused|denied) from <ADDR>)"}));
  jails.push_back(made_up("no-words", "", {R"(^\s*\w+ \d+ <ADDR>$)"}));
  jails.push_back(made_up("two-lines", "", {R"(begin <HOST>$<SKIPLINES>^.*end$)"}));
  jails.back().filter.maxlines = 3;
  jails.push_back(made_up("many-lines", "", {R"(begin (?P<ip4>\S+)$<SKIPLINES>^.*end$)"}));
  jails.back().filter.maxlines = 20;
  jails.push_back(
      made_up("refusing", "", {R"(^\s\+?\d+ <ADDR>)", R"(wrong password .*from <HOST>)"}));
  jails.push_back(made_up("vain", "", {R"(wrong password .*from <HOST>)"}));
  jails.back().filter.datepattern = "^%Y:%m:%d-%H:%M:%S";
  jails.push_back(made_up("vain-lines", "", {R"(begin <HOST>$<SKIPLINES>^.*end$)"}));
  jails.back().filter.maxlines = 4;
  jails.back().filter.datepattern = "^<\\d+>{DATE}";
  jails.push_back(made_up("slashed", "", {R"(login of \S+ failed.* <HOST>)"}));
  jails.back().filter.datepattern = "%d/%b[^/]*/%Y:%H:%M:%S %z";
  jails.push_back(made_up("begun", "", {R"(login of \S+ failed.* <HOST>)"}));
  jails.back().filter.datepattern = "^{DATE}";
  jails.push_back(made_up("latin", "", {R"(login of \S+ failed.* <HOST>)"}));
  jails.back().logencoding = "latin-1";
  jails.push_back(made_up("iconv", "", {R"(login of \S+ failed.* <HOST>)"}));
  jails.back().logencoding = "koi8-r";
  jails.push_back(made_up("behind", "", {R"(login of \S+ failed.* <HOST>)"}));
  jails.back().filter.datepattern = "%Y-%m-%dT%H:%M:%S";
  jails.push_back(made_up("dateless", "", {R"(wrong password .*from <HOST>)"}));
  jails.back().filter.datepattern = "{NONE}";
  jails.push_back(made_up(
      "cidr",
      "",
      {R"(scan of <SUBNET>(?: n=<F-ATTEMPTS>\d+</F-ATTEMPTS>)?)", R"(id <F-ID>\S+</F-ID> seen)"}));
  jails.push_back(made_up("ignoring",
                          "",
                          {R"(wrong password .*from <HOST>)",
                           R"(bad user .*from <HOST>)",
                           R"(scan of <HOST>)",
                           R"(login of .* <HOST>)"}));
  jails.back().filter.ignoreregex = {{"from 192\\.0\\.2\\.9", {"ignoring.conf", 9}}};
  jails.push_back(made_up("weak", "", {R"(wrong password .*from <HOST>)"}));
  jails.back().filter.weakregex = {{R"(connect from <HOST>)", {"weak.conf", 9}}};
  jails.push_back(made_up("runaway", "", {R"(^(?:a+)+b from <HOST>)"}));
  return jails;
}

/// A log made up from pieces of lines, in which little is as it should be.
class Maker {
public:
  enum class Pace {
    wild,
    calm,    // many lines of one second, most of which tell nothing
    steady,  // the same, but that seconds go on, and now and then back
  };

  explicit Maker(unsigned seed, Pace pace = Pace::wild) : random_(seed), pace_(pace) {}

  std::string log(std::size_t lines) {
    std::string out;
    for (; lines > 0; --lines) {
      pass_time();
      out += line() + (below(300) == 0 ? "\r\n" : "\n");
    }
    return out + (below(2) == 0 ? line() : "");
  }

  /// A line without its line break.
  std::string line() {
    auto out = any_line();
    std::erase(out, '\n');
    return out;
  }

  /// The latest date.
  [[nodiscard]] ban::Instant now() const {
    return ban::Instant(std::chrono::seconds(1'795'564'800 + static_cast<std::int64_t>(second_)));
  }

private:
  void pass_time() {
    if (pace_ == Pace::wild) {
      second_ += below(3);
    } else if (pace_ == Pace::calm) {
      second_ += below(25) == 0 ? below(200) : 0;
    } else if (below(40) == 0) {
      second_ -= std::min(second_, below(70));
    } else {
      second_ += below(3) / 2;
    }
  }

  std::size_t below(std::size_t end) { return random_() % end; }

  std::string one_of(const std::vector<std::string>& all) { return all[below(all.size())]; }

  std::string address() {
    return below(5) == 0 ? fmt::format("2001:db8::{:x}", below(12))
                         : fmt::format("192.0.2.{}", below(12));
  }

  std::string date() {
    const auto hour = second_ / 3600 % 24;
    const auto minute = second_ / 60 % 60;
    switch (style_) {
      case 0:
        return fmt::format("Nov 25 {:02}:{:02}:{:02}", hour, minute, second_ % 60);
      case 1:
        return fmt::format(
            "2026-11-25T{:02}:{:02}:{:02}.{:06}+00:00", hour, minute, second_ % 60, below(1000000));
      case 2:
        return fmt::format("[25/Nov/2026:{:02}:{:02}:{:02} +0000]", hour, minute, second_ % 60);
      case 3:
        return fmt::format("<22>Nov 25 {:02}:{:02}:{:02}", hour, minute, second_ % 60);
      default:
        return fmt::format("{}", 1'795'564'800 + second_);
    }
  }

  std::string message() {
    const auto from = address();
    return one_of({"connect from " + from,
                   "Accepted publickey",
                   "disconnect",
                   "login of alice failed for " + from,
                   "wrong password for bob from " + from,
                   "bad user bob from " + from,
                   from + " is banned",
                   "login failed For bob from " + from,
                   "x: DENIED from " + from,
                   "begin " + from,
                   "the end",
                   "scan of " + from + "/28 n=3",
                   "tuple one two",
                   "id " + from + " seen",
                   "FA\xC4\xB0LED for x from " + from,
                   "caf\xC3\xA9 login of eve failed \xE9 " + from,
                   std::string(below(60), 'a') + " from " + from,
                   "nothing of interest",
                   ""});
  }

  std::string any_line() {
    if (below(40) == 0) {
      style_ = below(5);
    }
    const auto head = fmt::format(" app[{}]: ", below(9));
    const bool tells = pace_ == Pace::wild || below(6) == 0;
    auto out = date() + (below(10) == 0 ? " host" : "") + head +
               (tells ? message() : "nothing of interest");
    switch (below(30)) {
      case 0:  // a date in the middle of a word
        out = head + message();
        out.insert(below(out.size() + 1), date() + " ");
        break;
      case 1:
        out = message();
        break;
      case 2:
        out.insert(below(out.size() + 1), 1, static_cast<char>(random_()));
        break;
      case 3:
        out = std::string(below(3), '\0') + out;
        break;
      case 4:
        out = "Feb 30 10:00:00" + head + message();
        break;
      case 5:
        out.erase(below(out.size() + 1), below(4));
        break;
      default:
        break;
    }
    return out;
  }

  std::mt19937 random_;
  Pace pace_;
  std::size_t second_{0};
  std::size_t style_{0};
};

inline std::string text_of(const ban::FieldValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return *text;
  }
  std::string out;
  if (const auto* set = std::get_if<std::set<std::string>>(&value)) {
    out = fmt::format("{}", fmt::join(*set, ";"));
  } else if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    out = fmt::format("{}", fmt::join(*list, ","));
  }
  return out;
}

/// Every field of it, to compare by.
inline std::string describe(const std::string& jail, const ban::Sighting& sighting) {
  auto out = fmt::format("{} {} line {} regex {}{} at {} x{} {}{}:",
                         jail,
                         sighting.id,
                         sighting.line,
                         sighting.regex_index,
                         sighting.weak ? " weak" : "",
                         sighting.at ? sighting.at->time_since_epoch().count() : -1,
                         sighting.attempts,
                         sighting.nofail ? "nofail" : "",
                         sighting.is_name ? "name" : "");
  for (const auto& [name, value] : sighting.fields) {
    out += fmt::format(" {}={}", name, text_of(value));
  }
  for (const auto& match : sighting.matches) {
    out += "\n  " + match;
  }
  return out;
}

}  // namespace spranga::guard::match_tests
