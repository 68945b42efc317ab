// The judge at standard input and output, for counting.py. A line "jail" with its options makes
// judges anew; a line "fail" is a failure; what came of it is answered.
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "guard/judge/judge.h"

namespace {

using namespace spranga;

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, '\t');) {
    out.push_back(field);
  }
  return out;
}

ban::Instant instant(const std::string& micros) {
  return ban::Instant(std::chrono::microseconds(std::stoll(micros)));
}

std::optional<std::string> option(const std::string& text) {
  return text == "-" ? std::nullopt : std::optional(text);
}

std::optional<std::chrono::seconds> seconds(const std::string& text) {
  return text == "-" ? std::nullopt : std::optional(std::chrono::seconds(std::stoll(text)));
}

/// jail NAME counting maxretry findtime bantime increment factor formula multipliers maxtime
/// rndtime overalljails
ban::JailSpec spec_of(const std::vector<std::string>& fields) {
  ban::JailSpec spec;
  spec.name = fields.at(1);
  spec.counting = fields.at(2) == "window" ? ban::Counting::window : ban::Counting::fail2ban;
  spec.maxretry = std::stoi(fields.at(3));
  spec.findtime = std::chrono::seconds(std::stoll(fields.at(4)));
  spec.bantime = std::chrono::seconds(std::stoll(fields.at(5)));
  spec.increment = {fields.at(6) == "1",
                    option(fields.at(7)),
                    option(fields.at(8)),
                    option(fields.at(9)),
                    seconds(fields.at(10)),
                    seconds(fields.at(11)),
                    fields.at(12) == "1"};
  spec.ignoreself = false;
  return spec;
}

struct Court {
  guard::MemoryHistory history{std::chrono::hours(24 * 36500)};
  std::map<std::string, guard::Judge> judges;

  void add(const std::vector<std::string>& fields) {
    guard::JudgePorts ports;
    ports.history = &history;
    ports.random = [] { return 0.25; };
    auto judge = guard::Judge::make(spec_of(fields), ports);
    if (!judge) {
      std::cerr << judge.error().detail << "\n";
      std::exit(1);
    }
    judges.insert_or_assign(fields.at(1), *std::move(judge));
  }

  /// fail JAIL ID at now: "COUNT", and behind it the ban that is new or longer.
  void judge(const std::vector<std::string>& fields) {
    using Kind = guard::Judgement::Kind;
    ban::Sighting sighting;
    sighting.id = fields.at(2);
    sighting.at = instant(fields.at(3));
    const auto verdict = judges.at(fields.at(1)).on_sighting(sighting, instant(fields.at(4)));
    std::cout << (verdict.kind == Kind::counted ? verdict.count : 0);
    if (verdict.kind == Kind::banned || verdict.kind == Kind::prolonged) {
      const auto& ban = *verdict.ban;
      std::cout << (verdict.kind == Kind::banned ? "\tban\t" : "\tlonger\t")
                << ban.since.time_since_epoch().count() << "\t"
                << (ban.until ? std::to_string(ban.until->time_since_epoch().count()) : "-");
    }
    std::cout << "\n";
  }
};

}  // namespace

int main() {
  auto court = std::make_unique<Court>();
  for (std::string line; std::getline(std::cin, line);) {
    const auto fields = split(line);
    if (fields.at(0) == "case") {
      court = std::make_unique<Court>();
    } else if (fields.at(0) == "jail") {
      court->add(fields);
    } else {
      court->judge(fields);
    }
  }
}
