#include "daemon/options.h"

#include <charconv>
#include <functional>
#include <map>
#include <string_view>

namespace spranga::daemon {

namespace {

template <class Number>
Result<void> read_number(std::string_view text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size()
             ? Result<void>()
             : fail(Errc::malformed, "no number: " + std::string(text));
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
  Options out;
  process::Identity who;
  bool has_identity = false;
  const auto text_into = [](std::string& place) {
    return [&place](std::string_view value) {
      place = value;
      return Result<void>();
    };
  };
  const std::map<std::string_view, std::function<Result<void>(std::string_view)>> with_value = {
      {"--uid",
       [&](auto value) {
         has_identity = true;
         return read_number(value, who.uid);
       }},
      {"--gid", [&](auto value) { return read_number(value, who.gid); }},
      {"--group", [&](auto value) { return read_number(value, who.groups.emplace_back()); }},
      {"--log-kind", text_into(out.log_kind)},
      {"--state", text_into(out.state)},
      {"--database", text_into(out.database)},
      {"--geoip", text_into(out.geoip)},
      {"--warden", [&](auto value) { return read_number(value, out.warden); }},
  };
  const std::map<std::string_view, bool*> flags = {{"--firewall", &out.firewall},
                                                   {"--dry-run", &out.dry_run},
                                                   {"--again", &out.again},
                                                   {"--background", &out.background}};
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (const auto flag = flags.find(word); flag != flags.end()) {
      *flag->second = true;
      continue;
    }
    const auto found = with_value.find(word);
    if (found == with_value.end() || i + 1 == argc) {
      return fail(Errc::malformed, "started by hand? use: spranga guard");
    }
    SPRANGA_CHECK(found->second(argv[++i]));
  }
  if (has_identity) {
    out.identity = who;
  }
  return out;
}

}  // namespace spranga::daemon
