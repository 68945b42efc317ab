// Bans for the tests of the owner's mail.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "guard/mail/ban_news.h"
#include "guard/mail/ban_text.h"
#include "guard/mail/settings.h"

namespace spranga::guard::mail::test {

using namespace std::chrono_literals;

/// 2026-11-29 01:49:03 UTC
inline const ban::Instant night =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 29) + 1h + 49min + 3s;

inline std::string utc(ban::Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()),
                     time.hours().count(),
                     time.minutes().count(),
                     time.seconds().count());
}

inline Teller teller(words::Language language = words::Language::english) {
  return {language, "mail.example.org", utc};
}

inline BanNews news(const std::string& target = "192.0.2.7",
                    const std::string& jail = "postfix-sasl",
                    ban::Instant since = night) {
  BanNews out;
  out.ban.jail = jail;
  out.ban.target = target;
  out.ban.since = since;
  out.ban.until = since + 3h;
  out.ban.failures = 5;
  return out;
}

inline Route route(const std::string& recipient = "owner@example.org") {
  Route out;
  out.sender = "root@mail.example.org";
  out.sender_name = "spranga";
  out.recipients = {recipient};
  return out;
}

}  // namespace spranga::guard::mail::test
