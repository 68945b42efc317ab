#include "check/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "net/address.h"
#include "text/duration.h"

namespace spranga::check {

namespace {

using words::say;
using words::Word;

// What stands for the value that --wait and --resume may go without.
constexpr std::string_view wait_until_settled = "settled";
constexpr std::string_view resume_the_only_one = "-";

Failure wrong(Word why, const std::string& value) {
  return fail(Errc::malformed, say(why, {value}));
}

/// Whole numbers within limits, separated by commas, each kept once.
std::optional<std::vector<int>> number_list(std::string_view text, int lowest, int highest) {
  std::vector<int> numbers;
  while (true) {
    const auto item = text.substr(0, text.find(','));
    int number = 0;
    const auto [rest, error] = std::from_chars(item.data(), item.data() + item.size(), number);
    if (error != std::errc() || rest != item.data() + item.size() || number < lowest ||
        number > highest) {
      return std::nullopt;
    }
    if (std::ranges::count(numbers, number) == 0) {
      numbers.push_back(number);
    }
    if (item.size() == text.size()) {
      return numbers;
    }
    text.remove_prefix(item.size() + 1);
  }
}

bool plain_text(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char byte) {
    return static_cast<unsigned char>(byte) <= ' ' || byte == 0x7f || byte == '<' || byte == '>';
  });
}

bool is_domain(std::string_view text) {
  return plain_text(text) && text.size() <= 255 && text.find('@') == std::string_view::npos &&
         text.front() != '.' && text.find("..") == std::string_view::npos;
}

bool is_mail_address(std::string_view text) {
  const auto at = text.rfind('@');
  return at != std::string_view::npos && at > 0 && plain_text(text) &&
         is_domain(text.substr(at + 1));
}

// Takers of values. A member of CheckOptions or CheckSettings is the place where the value goes.

template <bool CheckSettings::*Member>
Result<void> set_flag(CheckOptions& options, const std::string& /*no value*/) {
  options.settings.*Member = true;
  return {};
}

template <std::string CheckSettings::*Member>
Result<void> set_file(CheckOptions& options, const std::string& value) {
  options.settings.*Member = value;
  return value.empty() ? Result<void>(wrong(Word::value_no_file, value)) : Result<void>();
}

template <std::string CheckOptions::*Member>
Result<void> set_secret_file(CheckOptions& options, const std::string& value) {
  options.*Member = value;
  return value.empty() ? Result<void>(wrong(Word::value_no_file, value)) : Result<void>();
}

template <std::string CheckSettings::*Member>
Result<void> set_mail_address(CheckOptions& options, const std::string& value) {
  options.settings.*Member = value;
  return is_mail_address(value) ? Result<void>() : wrong(Word::value_no_mail_address, value);
}

template <std::string CheckSettings::*Member>
Result<void> set_domain(CheckOptions& options, const std::string& value) {
  options.settings.*Member = value;
  return is_domain(value) ? Result<void>() : wrong(Word::value_no_name, value);
}

template <std::chrono::milliseconds CheckSettings::*Member>
Result<void> set_duration(CheckOptions& options, const std::string& value) {
  const auto duration = text::parse_duration(value);
  options.settings.*Member = duration.value_or(options.settings.*Member);
  return duration ? Result<void>() : wrong(Word::value_no_duration, value);
}

template <Families Family>
Result<void> set_family(CheckOptions& options, const std::string& value) {
  auto& families = options.settings.families;
  if (families != Families::any && families != Family) {
    return wrong(Word::value_both_families, value);
  }
  families = Family;
  return {};
}

Result<void> set_ports(CheckOptions& options, const std::string& value) {
  const auto ports = number_list(value, 1, 65535);
  if (!ports) {
    return wrong(Word::value_no_ports, value);
  }
  options.settings.ports = *ports;
  options.settings.ports_given = true;
  return {};
}

Result<void> set_rules(CheckOptions& options, const std::string& value) {
  auto rules = number_list(value, 1, 3);
  if (!rules) {
    return wrong(Word::value_no_rules, value);
  }
  std::ranges::sort(*rules);
  options.settings.rules = *rules;
  return {};
}

Result<void> set_user(CheckOptions& options, const std::string& value) {
  options.user = value;
  const bool sound = !value.empty() && std::ranges::none_of(value, [](char byte) {
    return static_cast<unsigned char>(byte) < ' ' || byte == 0x7f;
  });
  return sound ? Result<void>() : wrong(Word::value_no_user, value);
}

template <std::string CheckSettings::*Member>
Result<void> set_text(CheckOptions& options, const std::string& value) {
  options.settings.*Member = value;
  return plain_text(value) ? Result<void>() : wrong(Word::value_no_name, value);
}

template <std::string CheckSettings::*Member>
Result<void> set_user_name(CheckOptions& options, const std::string& value) {
  options.settings.*Member = value;
  const bool sound = !value.empty() && std::ranges::none_of(value, [](char byte) {
    return static_cast<unsigned char>(byte) < ' ' || byte == 0x7f;
  });
  return sound ? Result<void>() : wrong(Word::value_no_user, value);
}

template <std::string CheckSettings::*Member>
Result<void> set_address(CheckOptions& options, const std::string& value) {
  options.settings.*Member = value;
  return net::Address::parse(value) ? Result<void>() : wrong(Word::value_no_address, value);
}

/// "settled" is what stands for no value.
Result<void> set_wait(CheckOptions& options, const std::string& value) {
  auto& settings = options.settings;
  settings.wait = true;
  settings.wait_for = text::parse_duration(value);
  return settings.wait_for || value == wait_until_settled ? Result<void>()
                                                          : wrong(Word::value_no_duration, value);
}

Result<void> set_resume(CheckOptions& options, const std::string& value) {
  options.settings.resume = true;
  options.settings.state_file = value == resume_the_only_one ? "" : value;
  return value.empty() ? Result<void>(wrong(Word::value_no_file, value)) : Result<void>();
}

Result<void> set_source(CheckOptions& options, const std::string& value) {
  options.settings.source = value;
  return net::Address::parse(value) ? Result<void>() : wrong(Word::value_no_address, value);
}

// clang-format off
constexpr std::array option_table = {
    OptionRow{"--ports", "-p", Word::argument_list, "25,465,587", Word::option_ports, Word::group_target, set_ports},
    OptionRow{"--ipv4", "-4", Word::none, "", Word::option_ipv4, Word::group_target, set_family<Families::ipv4_only>},
    OptionRow{"--ipv6", "-6", Word::none, "", Word::option_ipv6, Word::group_target, set_family<Families::ipv6_only>},
    OptionRow{"--all-addresses", "", Word::none, "", Word::option_all_addresses, Word::group_target, set_flag<&CheckSettings::all_addresses>},
    OptionRow{"--domain", "", Word::argument_domain, "", Word::option_domain, Word::group_target, set_domain<&CheckSettings::domain>},
    OptionRow{"--name", "", Word::argument_name, "", Word::option_name, Word::group_target, set_domain<&CheckSettings::tls_name>},
    OptionRow{"--ca-file", "", Word::argument_file, "", Word::option_ca_file, Word::group_target, set_file<&CheckSettings::ca_file>},
    OptionRow{"--rules", "", Word::argument_list, "1,2,3", Word::option_rules, Word::group_target, set_rules},

    OptionRow{"--user", "-u", Word::argument_login, "", Word::option_user, Word::group_login, set_user},
    OptionRow{"--password-file", "", Word::argument_file, "", Word::option_password_file, Word::group_login, set_secret_file<&CheckOptions::password_file>},
    OptionRow{"--oauth2-token-file", "", Word::argument_file, "", Word::option_oauth2_token_file, Word::group_login, set_secret_file<&CheckOptions::oauth2_token_file>},
    OptionRow{"--address", "", Word::argument_address, "", Word::option_address, Word::group_login, set_mail_address<&CheckSettings::own_address>},
    OptionRow{"--other", "", Word::argument_address, "", Word::option_other, Word::group_login, set_mail_address<&CheckSettings::other_address>},
    OptionRow{"--deliver", "", Word::none, "", Word::option_deliver, Word::group_login, set_flag<&CheckSettings::deliver>},

    OptionRow{"--relay", "", Word::none, "", Word::option_relay, Word::group_deeper, set_flag<&CheckSettings::relay_forms>},
    OptionRow{"--relay-to", "", Word::argument_address, "", Word::option_relay_to, Word::group_deeper, set_mail_address<&CheckSettings::relay_to>},
    OptionRow{"--expn", "", Word::none, "", Word::option_expn, Word::group_deeper, set_flag<&CheckSettings::expn>},

    OptionRow{"--ban-test", "", Word::none, "", Word::option_ban_test, Word::group_ban, set_flag<&CheckSettings::ban_test>},
    OptionRow{"--i-own", "", Word::argument_name, "", Word::option_i_own, Word::group_ban, set_text<&CheckSettings::i_own>},
    OptionRow{"--yes", "", Word::none, "", Word::option_yes, Word::group_ban, set_flag<&CheckSettings::yes>},
    OptionRow{"--fast", "", Word::none, "", Word::option_fast, Word::group_ban, set_flag<&CheckSettings::fast>},
    OptionRow{"--second-source", "", Word::argument_ip, "", Word::option_second_source, Word::group_ban, set_address<&CheckSettings::second_source>},
    OptionRow{"--known-user", "", Word::argument_login, "", Word::option_known_user, Word::group_ban, set_user_name<&CheckSettings::known_user>},
    OptionRow{"--wait", "", Word::argument_time, "", Word::option_wait, Word::group_ban, set_wait, wait_until_settled},
    OptionRow{"--state", "", Word::argument_file, "", Word::option_state, Word::group_ban, set_file<&CheckSettings::state_file>},
    OptionRow{"--resume", "", Word::argument_file, "", Word::option_resume, Word::group_ban, set_resume, resume_the_only_one},

    OptionRow{"--source", "", Word::argument_ip, "", Word::option_source, Word::group_network, set_source},
    OptionRow{"--from-here", "", Word::none, "", Word::option_from_here, Word::group_network, set_flag<&CheckSettings::from_here>},
    OptionRow{"--timeout", "", Word::argument_time, "10s", Word::option_timeout, Word::group_network, set_duration<&CheckSettings::timeout>},
    OptionRow{"--total-timeout", "", Word::argument_time, "2m", Word::option_total_timeout, Word::group_network, set_duration<&CheckSettings::total_timeout>},
};

// clang-format on

/// Pairs that need or exclude each other; `broken` finds the misuse.
struct Together {
  bool (*broken)(const CheckOptions&);
  Word why;
};

constexpr std::array pairs = {
    Together{[](const CheckOptions& o) { return o.user.empty() && !o.password_file.empty(); },
             Word::together_password_without_user},
    Together{[](const CheckOptions& o) { return o.user.empty() && !o.oauth2_token_file.empty(); },
             Word::together_token_without_user},
    Together{[](const CheckOptions& o) {
               return !o.password_file.empty() && !o.oauth2_token_file.empty();
             },
             Word::together_password_and_token},
    Together{[](const CheckOptions& o) { return o.user.empty() && o.settings.deliver; },
             Word::together_deliver_without_user},
    Together{
        [](const CheckOptions& o) { return o.user.empty() && !o.settings.other_address.empty(); },
        Word::together_other_without_user},
    Together{
        [](const CheckOptions& o) { return o.settings.from_here && !o.settings.source.empty(); },
        Word::together_source_and_from_here},
    Together{[](const CheckOptions& o) {
               return o.settings.ban_test && std::ranges::count(o.settings.rules, 3) == 0;
             },
             Word::together_ban_and_rules},
    Together{[](const CheckOptions& o) { return o.settings.ban_test && o.settings.resume; },
             Word::together_resume_and_ban_test},
    Together{[](const CheckOptions& o) {
               return o.settings.from_here && !o.settings.second_source.empty();
             },
             Word::together_second_and_from_here},
};

/// Options that mean nothing without --ban-test (or --resume).
Result<void> needs_ban_test(const CheckSettings& settings) {
  struct Dependant {
    std::string_view name;
    bool given;
    bool resume_will_do;
  };

  const std::array dependants = {
      Dependant{"--i-own", !settings.i_own.empty(), false},
      Dependant{"--yes", settings.yes, false},
      Dependant{"--fast", settings.fast, false},
      Dependant{"--second-source", !settings.second_source.empty(), false},
      Dependant{"--known-user", !settings.known_user.empty(), false},
      Dependant{"--wait", settings.wait, true},
      Dependant{"--state", !settings.state_file.empty(), true}};
  for (const auto& row : dependants) {
    if (row.given && !settings.ban_test && !(row.resume_will_do && settings.resume)) {
      return fail(Errc::malformed, say(Word::together_needs_ban_test, {std::string(row.name)}));
    }
  }
  return {};
}

}  // namespace

std::span<const OptionRow> option_rows() {
  return option_table;
}

Result<void> check_together(const CheckOptions& options) {
  for (const auto& pair : pairs) {
    if (pair.broken(options)) {
      return fail(Errc::malformed, say(pair.why));
    }
  }
  return needs_ban_test(options.settings);
}

}  // namespace spranga::check
