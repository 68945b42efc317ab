// The ledger for a script: `write OWN FAIL2BAN` notes what standard input says, `recall OWN
// FAIL2BAN` prints what a start would begin with. Fields are divided by tabs; times are seconds
// since 1970.
#include <fmt/core.h>

#include <charconv>
#include <iostream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "ledger/ledger.h"

namespace {

using namespace spranga;
using namespace std::chrono_literals;

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == '\t') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

ban::Instant instant(const std::string& text) {
  return ban::Instant(std::chrono::seconds(number(text)));
}

/// ban JAIL TARGET SINCE LENGTH COUNT FAILURES MATCH… · unban JAIL TARGET · log JAIL PATH OFFSET
/// HASH
ledger::Record record_of(const std::vector<std::string>& fields) {
  if (fields.at(0) == "unban") {
    return ledger::BanEnded{fields.at(1), fields.at(2), instant("0")};
  }
  if (fields.at(0) == "log") {
    ledger::Position position;
    position.jail = fields.at(1);
    position.path = fields.at(2);
    position.offset = static_cast<std::uint64_t>(number(fields.at(3)));
    position.first_line_md5 = fields.at(4);
    return position;
  }
  ledger::BanMade made;
  made.ban.jail = fields.at(1);
  made.ban.target = fields.at(2);
  made.ban.since = instant(fields.at(3));
  if (const auto length = number(fields.at(4)); length >= 0) {
    made.ban.until = made.ban.since + std::chrono::seconds(length);
  }
  made.ban.count = static_cast<int>(number(fields.at(5)));
  made.ban.failures = static_cast<int>(number(fields.at(6)));
  made.by = "filter";
  made.matches.assign(fields.begin() + 7, fields.end());
  return made;
}

int complain(const Error& error) {
  fmt::print(stderr, "{}\n", error.detail);
  return 1;
}

int write_all(ledger::Ledger& ledger, const std::vector<std::string>& jails) {
  std::vector<ledger::KeptJail> kept;
  for (const auto& jail : jails) {
    kept.push_back({jail, 600s});
  }
  ledger.set_jails(kept);
  for (std::string line; std::getline(std::cin, line);) {
    ledger.note(record_of(fields_of(line)));
  }
  const auto done = ledger.flush(20s);
  return done ? 0 : complain(done.error());
}

int print_all(ledger::Ledger& ledger, ban::Instant now) {
  const auto memory = ledger.recall({}, now);
  if (!memory) {
    return complain(memory.error());
  }
  const auto seconds = [](auto length) {
    return std::chrono::duration_cast<std::chrono::seconds>(length).count();
  };
  for (const auto& made : memory->bans) {
    const auto& ban = made.ban;
    fmt::print("ban\t{}\t{}\t{}\t{}\t{}\t{}",
               ban.jail,
               ban.target,
               seconds(ban.since.time_since_epoch()),
               ban.until ? seconds(*ban.until - ban.since) : -1,
               ban.count,
               ban.failures);
    for (const auto& match : made.matches) {
      fmt::print("\t{}", match);
    }
    fmt::print("\n");
  }
  for (const auto& position : memory->positions) {
    fmt::print("log\t{}\t{}\t{}\t{}\n",
               position.jail,
               position.path,
               position.offset,
               position.first_line_md5);
  }
  const auto health = ledger.health();
  if (!health.trouble.empty()) {
    fmt::print(stderr, "{}\n", health.trouble);
  }
  return health.trouble.empty() ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  if (arguments.size() < 3) {
    fmt::print(stderr, "ledger_probe write|recall OWN FAIL2BAN [JAIL…]\n");
    return 2;
  }
  const SystemClock clock;
  auto ledger = ledger::Ledger::open({arguments[1], arguments[2], ""}, {}, clock);
  if (!ledger) {
    return complain(ledger.error());
  }
  if (arguments[0] == "write") {
    return write_all(**ledger, {arguments.begin() + 3, arguments.end()});
  }
  return print_all(**ledger, std::chrono::floor<std::chrono::microseconds>(clock.wall()));
}
