#include "app/replay_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "app/problem_text.h"
#include "guard/config/configuration.h"
#include "guard/config/explain.h"
#include "guard/match/line_reader.h"
#include "net/address.h"
#include "net/hosts_file.h"
#include "text/ascii.h"
#include "text/nearest.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

struct Unit {
  std::string_view name;
  long long seconds;
};

constexpr std::array units = {
    Unit{"", 1},
    Unit{"s", 1},
    Unit{"sec", 1},
    Unit{"m", 60},
    Unit{"min", 60},
    Unit{"h", 3600},
    Unit{"d", 86400},
    Unit{"w", 604800},
    Unit{"mo", 2629800},
    Unit{"y", 31557600},
    Unit{"days", 86400},
    Unit{"hours", 3600},
};

constexpr long long longest_span = 200LL * 366 * 86400;

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto name = text::trim(text.substr(0, end));
    if (!name.empty()) {
      out.emplace_back(name);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

Result<ban::Instant> parse_epoch(const std::string& text) {
  long long seconds = 0;
  const auto* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, seconds);
  constexpr long long last_day = 253'402'300'799;  // of the year 9999
  if (parsed.ec != std::errc() || parsed.ptr != end || seconds < 0 || seconds > last_day) {
    return fail(Errc::malformed, say(Word::replay_bad_epoch, {text}));
  }
  return ban::Instant(std::chrono::seconds(seconds));
}

std::optional<std::chrono::seconds> dbpurgeage(const guard::config::Configuration& config) {
  const auto found = config.server.find("dbpurgeage");
  return found == config.server.end() ? std::nullopt : parse_span(found->second);
}

std::string server_option(const guard::config::Configuration& config, const std::string& name) {
  const auto found = config.server.find(name);
  return found == config.server.end() ? "" : found->second;
}

/// A jail that was asked for by name, and is neither there nor wrong, is a mistake.
Result<void> all_found(const std::vector<std::string>& asked,
                       const guard::config::Configuration& config) {
  const auto names = guard::config::jails_in(config.folder).value_or(std::vector<std::string>());
  const std::vector<std::string_view> known(names.begin(), names.end());
  for (const auto& name : asked) {
    const bool is_there = std::ranges::count(config.jails, name, &ban::JailSpec::name) > 0;
    const bool is_wrong =
        std::ranges::count(config.problems, name, &guard::config::Problem::jail) > 0;
    if (!is_there && !is_wrong) {
      auto message = say(Word::replay_unknown_jail, {name, config.folder.string()});
      if (const auto nearest = text::nearest(name, known); !nearest.empty()) {
        message += ". " + say(Word::app_did_you_mean, {std::string(nearest)});
      }
      return fail(Errc::not_found, message);
    }
  }
  return {};
}

Apply choose_jails(ReplayRequest& request) {
  return [&request](const std::string& value) {
    request.jails = split_list(value);
    request.options.chosen = !request.jails.empty();
    return Result<void>();
  };
}

Apply set_since(ReplayRequest& request) {
  return [&request](const std::string& value) -> Result<void> {
    request.options.since = parse_span(value);
    if (!request.options.since) {
      return fail(Errc::malformed, say(Word::replay_bad_time, {value}));
    }
    return {};
  };
}

Apply set_today(ReplayRequest& request) {
  return [&request](const std::string& value) -> Result<void> {
    SPRANGA_TRY(request.options.today, parse_epoch(value));
    return {};
  };
}

Apply set_zone(ReplayRequest& request) {
  return [&request](const std::string& value) -> Result<void> {
    guard::ReaderSettings zone_alone;
    zone_alone.logtimezone = value;
    if (!guard::LineReader::make(zone_alone, {})) {
      return fail(Errc::malformed, say(Word::replay_bad_zone, {value}));
    }
    request.options.timezone = value;
    return {};
  };
}

}  // namespace

std::optional<std::chrono::seconds> parse_span(std::string_view text) {
  long long sum = 0;
  text = text::trim(text);
  if (text.empty()) {
    return std::nullopt;
  }
  while (!text.empty()) {
    long long count = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    const auto end = std::min(text.find_first_of("0123456789 "), text.size());
    const auto* unit = std::ranges::find(units, text::to_lower(text.substr(0, end)), &Unit::name);
    if (error != std::errc() || unit == units.end() || count < 0 ||
        count > longest_span / unit->seconds) {
      return std::nullopt;
    }
    sum = std::min(sum + count * unit->seconds, longest_span);
    text = text::trim(text.substr(end));
  }
  return std::chrono::seconds(sum);
}

// clang-format off
std::vector<Option> bind_log_options(ReplayRequest& r) {
  constexpr auto group = Word::group_replay;
  return {
      {"--config", "-c", Word::argument_folder, "", Word::option_config, group, {}, store(r.config)},
      {"--jail", "", Word::argument_jails, "", Word::option_jail, group, {}, choose_jails(r)},
      {"--since", "", Word::argument_time, "", Word::option_since, group, {}, set_since(r)},
      {"--now", "", Word::argument_epoch, "", Word::option_replay_now, group, {}, set_today(r)},
      {"--timezone", "", Word::argument_zone, "", Word::option_replay_timezone, group, {}, set_zone(r)},
  };
}

// clang-format on

Result<LoadedJails> load_jails(ReplayRequest& request) {
  using guard::config::Problem;
  const auto folder = request.config.empty() ? guard::config::default_folder()
                                             : std::filesystem::path(request.config);
  guard::config::LoadOptions wanted;
  wanted.jails = request.jails;
  auto loaded = guard::config::load(folder, wanted);
  if (!loaded) {
    return fail(loaded.error().code,
                say(Word::replay_no_config, {folder.string(), loaded.error().detail}));
  }
  auto config = *std::move(loaded);
  SPRANGA_CHECK(all_found(request.jails, config));
  LoadedJails out;
  for (const auto& problem : config.problems) {
    if (problem.severity != Problem::Severity::error) {
      out.problems.push_back(problem_text(problem));
      continue;
    }
    auto unnamed = problem;
    unnamed.jail.clear();
    const auto text = problem_text(unnamed);
    out.problems.push_back(problem.jail.empty() ? text
                                                : say(Word::replay_bad_jail, {problem.jail, text}));
    out.broken = true;
  }
  if (config.jails.empty() && !out.broken) {
    return fail(Errc::not_found, say(Word::replay_no_jails, {folder.string()}));
  }
  auto& options = request.options;
  options.logtarget = server_option(config, "logtarget");
  options.remember = dbpurgeage(config);
  // By name, as fail2ban 1.0 knows itself: a log may come from another machine, and a stranger
  // there may have the address of an interface here.
  options.own_addresses = config.compat == ban::Compat::v1_0
                              ? net::named_addresses("/etc/hosts", net::system_host_name())
                              : net::own_addresses();
  if (options.today == ban::Instant()) {
    options.today =
        std::chrono::time_point_cast<ban::Instant::duration>(std::chrono::system_clock::now());
  }
  out.jails = std::move(config.jails);
  return out;
}

}  // namespace spranga::app
