#include "app/option.h"

#include <algorithm>
#include <iterator>

namespace spranga::app {

using words::Word;

std::vector<Option> common_options() {
  const auto nothing = [](const std::string&) { return Result<void>(); };
  return {
      {"--help", "-h", Word::none, "", Word::option_help, Word::group_other, {}, nothing},
      {"--version", "", Word::none, "", Word::option_version, Word::group_other, {}, nothing},
      {"--lang",
       "",
       Word::argument_language,
       "",
       Word::option_language,
       Word::group_other,
       {"en", "it"},
       nothing},
  };
}

std::vector<Option> with_common(std::vector<Option> options) {
  auto common = common_options();
  std::ranges::move(common, std::back_inserter(options));
  return options;
}

}  // namespace spranga::app
