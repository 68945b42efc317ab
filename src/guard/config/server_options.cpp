#include "guard/config/server_options.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "guard/config/option_table.h"
#include "guard/config/python_text.h"

namespace spranga::guard::config {

namespace {

/// Names that fail2ban takes as a level of its log.
constexpr std::array levels = {"CRITICAL",
                               "FATAL",
                               "ERROR",
                               "WARNING",
                               "WARN",
                               "NOTICE",
                               "INFO",
                               "DEBUG",
                               "TRACEDEBUG",
                               "HEAVYDEBUG",
                               "MSG",
                               "NOTSET",
                               "BASIC_FORMAT"};

Result<void> check_level(const std::string& level, const Place& place, Problems& problems) {
  const bool number = !level.empty() && level.find_first_not_of("0123456789") == std::string::npos;
  auto upper = level;
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (number || std::ranges::find(levels, std::string_view(upper)) != levels.end()) {
    return {};
  }
  return problems.refuse(place,
                         "loglevel = " + level +
                             ": choose from CRITICAL, ERROR, WARNING, NOTICE, "
                             "INFO, DEBUG, TRACEDEBUG and HEAVYDEBUG",
                         "Invalid log level " + repr(level));
}

struct OrderedCommand {
  std::string_view name;
  int order;
};

/// The level and the target are set first, so that errors of the database are seen.
constexpr std::array order = {
    OrderedCommand{"thread", 0},
    OrderedCommand{"syslogsocket", 11},
    OrderedCommand{"loglevel", 12},
    OrderedCommand{"logtarget", 13},
    OrderedCommand{"allowipv6", 14},
    OrderedCommand{"dbfile", 50},
    OrderedCommand{"dbmaxmatches", 51},
    OrderedCommand{"dbpurgeage", 51},
};

}  // namespace

Result<void> read_client_options(const Ini& ini, ClientOptions& given, Problems& problems) {
  SPRANGA_TRY(const auto read,
              read_options({ini, "Definition", nullptr}, client_rows(), nullptr, true, problems));
  for (const auto& [name, value] : read) {
    given.emplace(name, value.str());
  }
  return check_level(given["loglevel"], read.find("loglevel")->written, problems);
}

Result<Section> read_server_options(const Ini& ini,
                                    const ClientOptions& client,
                                    Problems& problems) {
  SPRANGA_TRY(auto options,
              read_options({ini, "Definition", nullptr}, server_rows(), nullptr, true, problems));
  for (const auto& [name, text] : client) {
    const auto* read = options.find(name);
    if (read == nullptr || read->str() != text) {
      options.set(name, text_value(text));
    }
  }
  const auto& level = *options.find("loglevel");
  SPRANGA_CHECK(check_level(level.str(), level.written, problems));
  return options;
}

Result<Commands> commands_of_server(const Ini& ini, const Section& options, Problems& problems) {
  Commands out;
  if (ini.section("Thread") != nullptr) {
    SPRANGA_TRY(const auto thread,
                read_options({ini, "Thread", nullptr}, thread_rows(), nullptr, true, problems));
    if (const auto* size = thread.find("stacksize")) {
      Term dict{Term::Kind::dict, "", {Term::of("stacksize"), Term::of(*size)}, {}};
      out.push_back(Term::list({Term::of("set"), Term::of("thread"), std::move(dict)}));
    }
  }
  for (const auto& row : order) {
    if (const auto* value = options.find(row.name)) {
      out.push_back(Term::list({Term::of("set"), Term::of(row.name), Term::of(*value)}));
    }
  }
  return out;
}

}  // namespace spranga::guard::config
