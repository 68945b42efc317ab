#include "app/regex_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "text/ascii.h"
#include "text/nearest.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

Apply set(bool& flag, bool value = true) {
  return [&flag, value](const std::string&) {
    flag = value;
    return Result<void>();
  };
}

Apply accept() {
  return [](const std::string&) { return Result<void>(); };
}

Result<double> seconds_of(const std::string& value) {
  double number{};
  const auto* end = value.data() + value.size();
  const auto [stopped, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || stopped != end) {
    return fail(Errc::malformed, say(Word::value_no_number, {value}));
  }
  return number;
}

/// A whole number as optparse reads it: 0x, 0b and 0 (octal) before it, blanks around it, "_"
/// between its digits.
Result<int> whole_number(const std::string& value) {
  auto rest = std::string_view(value);
  int base = 10;
  if (rest.starts_with("0x") || rest.starts_with("0X")) {
    base = 16;
    rest.remove_prefix(2);
  } else if (rest.starts_with("0b") || rest.starts_with("0B")) {
    base = 2;
    rest.remove_prefix(2);
  } else if (rest.starts_with('0')) {
    base = 8;
  }
  rest = text::trim(rest);
  const bool minus = rest.starts_with('-');
  if (base == 10 && (minus || rest.starts_with('+'))) {
    rest.remove_prefix(1);
  }
  std::string digits(rest);
  std::erase(digits, '_');
  int number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number, base);
  if (error != std::errc() || stopped != end || rest.starts_with('_') || rest.ends_with('_') ||
      rest.find("__") != std::string_view::npos || digits.starts_with('-')) {
    return fail(Errc::malformed, say(Word::value_no_number, {value}));
  }
  return minus ? -number : number;
}

Apply store_number(int& place) {
  return [&place](const std::string& value) -> Result<void> {
    SPRANGA_TRY(place, whole_number(value));
    return {};
  };
}

Apply store_time(std::optional<double>& place) {
  return [&place](const std::string& value) -> Result<void> {
    constexpr double last_day = 253'402'300'799;  // of the year 9999
    SPRANGA_TRY(const auto seconds, seconds_of(value));
    if (!(seconds >= 0 && seconds <= last_day)) {
      return fail(Errc::malformed, say(Word::replay_bad_epoch, {value}));
    }
    place = seconds;
    return {};
  };
}

Apply count(int& place) {
  return [&place](const std::string&) {
    ++place;
    return Result<void>();
  };
}

struct Alias {
  std::string_view name;
  std::string_view meant;
};

constexpr std::array aliases = {Alias{"--TZ", "--timezone"}, Alias{"--VD", "--verbose-date"}};

/// The option of a long name, which may be shortened as far as it is clear.
Result<const Option*> find_long(std::span<const Option> options, std::string_view name) {
  const auto* alias = std::ranges::find(aliases, name, &Alias::name);
  name = alias == aliases.end() ? name : alias->meant;
  const Option* found = nullptr;
  std::vector<std::string_view> known;
  for (const auto& option : options) {
    if (option.name == name) {
      return &option;
    }
    if (option.name.starts_with(name)) {
      if (found != nullptr) {
        return fail(Errc::malformed,
                    say(Word::regex_unclear_option,
                        {std::string(name), std::string(found->name), std::string(option.name)}));
      }
      found = &option;
    }
    known.push_back(option.name);
  }
  if (found != nullptr) {
    return found;
  }
  auto message = say(Word::app_unknown_option, {std::string(name)});
  if (const auto nearest = text::nearest(name, known); !nearest.empty()) {
    message += " " + say(Word::app_did_you_mean, {std::string(nearest)});
  }
  return fail(Errc::malformed, message);
}

class Scanner {
public:
  Scanner(std::span<const Option> options, std::span<const std::string> given)
      : options_(options), given_(given) {}

  Result<std::vector<std::string>> scan() {
    while (at_ < given_.size()) {
      SPRANGA_CHECK(take(given_[at_++]));
    }
    return std::move(arguments_);
  }

private:
  Result<void> take(const std::string& word) {
    if (word == "--") {
      arguments_.insert(
          arguments_.end(), given_.begin() + static_cast<std::ptrdiff_t>(at_), given_.end());
      at_ = given_.size();
      return {};
    }
    if (word.starts_with("--")) {
      return take_long(word);
    }
    if (word.starts_with('-') && word.size() > 1) {
      return take_short(word);
    }
    arguments_.push_back(word);
    return {};
  }

  Result<std::string> value_of(const Option& option) {
    if (at_ == given_.size()) {
      return fail(Errc::malformed, say(Word::app_needs_value, {std::string(option.name)}));
    }
    return given_[at_++];
  }

  static Result<void> apply(const Option& option, const std::string& value) {
    auto applied = option.apply(value);
    if (!applied) {
      return fail(Errc::malformed, std::string(option.name) + ": " + applied.error().detail);
    }
    return {};
  }

  Result<void> take_long(const std::string& word) {
    const auto equals = word.find('=');
    SPRANGA_TRY(const auto* option, find_long(options_, std::string_view(word).substr(0, equals)));
    if (!option->takes_value()) {
      if (equals != std::string::npos) {
        return fail(Errc::malformed, say(Word::app_takes_no_value, {std::string(option->name)}));
      }
      return apply(*option, "");
    }
    if (equals != std::string::npos) {
      return apply(*option, word.substr(equals + 1));
    }
    SPRANGA_TRY(const auto value, value_of(*option));
    return apply(*option, value);
  }

  Result<void> take_short(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const auto name = std::string("-") + word[i];
      const auto option = std::ranges::find(options_, name, &Option::short_name);
      if (option == options_.end()) {
        return fail(Errc::malformed, say(Word::app_unknown_option, {name}));
      }
      if (!option->takes_value()) {
        SPRANGA_CHECK(apply(*option, ""));
        continue;
      }
      if (i + 1 < word.size()) {
        return apply(*option, word.substr(i + 1));
      }
      SPRANGA_TRY(const auto value, value_of(*option));
      return apply(*option, value);
    }
    return {};
  }

  std::span<const Option> options_;
  std::span<const std::string> given_;
  std::size_t at_{0};
  std::vector<std::string> arguments_;
};

}  // namespace

std::vector<Option> bind_regex_options(RegexOptions& options) {
  auto& o = options;
  constexpr auto read = Word::group_regex;
  constexpr auto printed = Word::group_output;
  // clang-format off
  return {
      {"--config", "-c", Word::argument_folder, "", Word::option_config, read, {}, store(o.config)},
      {"--datepattern", "-d", Word::argument_pattern, "", Word::option_datepattern, read, {}, store(o.datepattern)},
      {"--timezone", "", Word::argument_zone, "", Word::option_replay_timezone, read, {}, store(o.timezone)},
      {"--now", "", Word::argument_epoch, "", Word::option_regex_now, read, {}, store_time(o.now)},
      {"--encoding", "-e", Word::argument_encoding, "UTF-8", Word::option_encoding, read, {}, store(o.encoding)},
      {"--raw", "-r", Word::none, "", Word::option_raw, read, {}, set(o.raw)},
      {"--usedns", "", Word::argument_dns, "warn", Word::option_usedns, read, {}, store(o.usedns)},
      {"--maxlines", "-L", Word::argument_lines, "", Word::option_maxlines, read, {}, store_number(o.maxlines)},
      {"--journalmatch", "-m", Word::argument_match, "", Word::option_journalmatch, read, {}, store(o.journalmatch)},
      {"--no-check-all", "", Word::none, "", Word::option_no_check_all, read, {}, set(o.check_all, false)},
      {"--check-all", "", Word::none, "", Word::option_check_all, read, {}, set(o.all_rows)},
      {"--out", "-o", Word::argument_token, "", Word::option_out, printed, {}, store(o.out)},
      {"--json", "", Word::none, "", Word::option_json, printed, {}, set(o.json)},
      {"--explain", "", Word::none, "", Word::option_regex_explain, printed, {}, set(o.explain)},
      {"--verbose", "-v", Word::none, "", Word::option_regex_verbose, printed, {}, count(o.verbose)},
      {"--verbosity", "", Word::argument_lines, "", Word::option_verbosity, printed, {}, store_number(o.verbose)},
      {"--verbose-date", "", Word::none, "", Word::option_verbose_date, printed, {}, set(o.verbose_date)},
      {"--print-no-missed", "", Word::none, "", Word::option_print_no_missed, printed, {}, set(o.print_no_missed)},
      {"--print-no-ignored", "", Word::none, "", Word::option_print_no_ignored, printed, {}, set(o.print_no_ignored)},
      {"--print-all-matched", "", Word::none, "", Word::option_print_all_matched, printed, {}, set(o.print_all_matched)},
      {"--print-all-missed", "", Word::none, "", Word::option_print_all_missed, printed, {}, set(o.print_all_missed)},
      {"--print-all-ignored", "", Word::none, "", Word::option_print_all_ignored, printed, {}, set(o.print_all_ignored)},
      {"--debuggex", "-D", Word::none, "", Word::option_debuggex, printed, {}, accept()},
      {"--log-level", "-l", Word::argument_level, "", Word::option_of_no_effect, printed, {}, accept()},
      {"--log-traceback", "-t", Word::none, "", Word::option_of_no_effect, printed, {}, accept()},
      {"--full-traceback", "", Word::none, "", Word::option_of_no_effect, printed, {}, accept()},
      {"--short-version", "-V", Word::none, "", Word::option_short_version, printed, {}, set(o.show_version)},
  };
  // clang-format on
}

std::vector<Option> regex_command_options() {
  RegexOptions nobody_reads;
  auto options = bind_regex_options(nobody_reads);
  for (auto& option : options) {
    option.apply = accept();
  }
  return options;
}

Result<std::vector<std::string>> read_regex_arguments(RegexOptions& options,
                                                      std::span<const std::string> given) {
  const auto rows = bind_regex_options(options);
  return Scanner(rows, given).scan();
}

}  // namespace spranga::app
