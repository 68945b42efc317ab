// An option as the command line knows it: from it come the parser, --help, the man page and the
// shells' completion. Made from a capability's rows by binding them to the struct that they fill.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "words/phrase.h"

namespace spranga::app {

struct Option {
  std::string_view name;        // "--ports"
  std::string_view short_name;  // "-p" or ""
  words::Word argument;         // what its value is called; Word::none: it takes none
  std::string_view default_text;
  words::Word help;
  words::Word group;
  std::vector<std::string_view> choices;  // the values that are possible; empty: any
  std::function<Result<void>(const std::string& value)> apply;
  std::string_view implied{};  // its value where it is given without one; "": it needs one

  [[nodiscard]] bool takes_value() const { return argument != words::Word::none; }
};

using Apply = std::function<Result<void>(const std::string& value)>;

/// Keeps a value that `choices` has checked already, or that may be anything.
template <class Place>
[[nodiscard]] Apply store(Place& place) {
  return [&place](const std::string& value) {
    place = value;
    return Result<void>();
  };
}

/// For an option without a value.
[[nodiscard]] inline Apply raise(bool& flag) {
  return [&flag](const std::string&) {
    flag = true;
    return Result<void>();
  };
}

/// Options that every verb has; the dispatcher answers them.
[[nodiscard]] std::vector<Option> common_options();

/// `options` and after them the common ones: what help, man page and completion show.
[[nodiscard]] std::vector<Option> with_common(std::vector<Option> options);

}  // namespace spranga::app
