// How fast the ledger appends, and how long a note holds up whoever makes it. `bench_ledger
// [NOTES]`
#include "ledger/ledger.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace {

using namespace spranga;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

double seconds_since(steady_clock::time_point before) {
  return std::chrono::duration<double>(steady_clock::now() - before).count();
}

ledger::Records note_of(std::uint64_t number, ban::Instant at) {
  const auto address = fmt::format("2001:db8::{:x}", number % 5000);
  ledger::Records together;
  together.emplace_back(ledger::Seen{
      "postfix",
      address,
      at,
      1,
      false,
      "filter.d/postfix.conf:42",
      fmt::format("mail postfix/smtpd[4711]: warning: unknown[{}]: SASL LOGIN authentication "
                  "failed: authentication failure",
                  address)});
  if (number % 20 == 0) {
    together.emplace_back(
        ledger::BanMade{{"postfix", address, at, at + 1h, 1, 5}, false, "filter", {"a", "b"}});
  }
  together.emplace_back(ledger::Position{"postfix", "/var/log/mail.log", 1, 2, number, "", "", at});
  return together;
}

/// Less than what may wait: nothing is to be given up.
constexpr std::uint64_t most_at_once = 20'000;

int run(const std::filesystem::path& folder, std::uint64_t notes) {
  const SystemClock clock;
  const ledger::LedgerFiles files{folder / "ledger.sqlite3", folder / "fail2ban.sqlite3", ""};
  auto opened = ledger::Ledger::open(files, {}, clock);
  if (!opened) {
    fmt::print(stderr, "{}\n", opened.error().detail);
    return 1;
  }
  auto& one = **opened;
  const std::vector<ledger::KeptJail> jails{{"postfix", 1h}};
  one.set_jails(jails);
  std::vector<double> held(notes);
  const auto at = std::chrono::floor<std::chrono::microseconds>(clock.wall());
  const auto before = steady_clock::now();
  for (std::uint64_t i = 0; i < notes; ++i) {
    auto together = note_of(i, at);
    const auto begun = steady_clock::now();
    one.note(std::move(together));
    held[i] = seconds_since(begun);
    if (i % most_at_once == 0 && !one.flush(120s)) {
      break;
    }
  }
  const auto flushed = one.flush(120s);
  const auto all = seconds_since(before);
  if (!flushed) {
    fmt::print(stderr, "{}\n", flushed.error().detail);
    return 1;
  }
  std::ranges::sort(held);
  constexpr double micro = 1e6;
  fmt::print(
      "appended: {:.0f} notes/s; a note holds its maker up for {:.1f} us (p50), {:.1f} us "
      "(p99), {:.1f} us (at most); dropped {}\n",
      static_cast<double>(notes) / all,
      held[notes / 2] * micro,
      held[notes * 99 / 100] * micro,
      held.back() * micro,
      one.health().dropped);
  const auto reading = steady_clock::now();
  const auto memory = one.recall(jails, at + 1s);
  fmt::print("recalled: {} sightings and {} bans in {:.3f} s; {} bytes\n",
             memory ? memory->seen.size() : 0,
             memory ? memory->bans.size() : 0,
             seconds_since(reading),
             std::filesystem::file_size(files.own));
  return memory && memory->seen.size() + one.health().dropped == notes ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  std::uint64_t notes = 200'000;
  if (count > 1) {
    const std::string_view text(words[1]);
    std::from_chars(text.data(), text.data() + text.size(), notes);
  }
  auto name = (std::filesystem::temp_directory_path() / "ledger.XXXXXX").string();
  if (notes == 0 || ::mkdtemp(name.data()) == nullptr) {
    fmt::print(stderr, "bench_ledger [NOTES]\n");
    return 2;
  }
  const auto code = run(name, notes);
  std::filesystem::remove_all(name);
  return code;
}
