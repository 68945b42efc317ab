#include "guard/config/configuration.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "guard/config/compat.h"
#include "guard/config/jail_reader.h"
#include "guard/config/jail_sections.h"
#include "guard/config/jail_spec.h"
#include "guard/config/layers.h"
#include "guard/config/misspelt.h"
#include "guard/config/own_settings.h"
#include "guard/config/server_options.h"
#include "guard/config/value_check.h"
#include "text/nearest.h"

namespace spranga::guard::config {

namespace {

class Loader {
public:
  Loader(const std::filesystem::path& folder, const LoadOptions& options)
      : options_(options), layers_(folder.string(), problems_, true) {
    out_.folder = folder;
  }

  [[nodiscard]] Result<Configuration> run() {
    out_.compat = options_.compat ? *options_.compat : configured_compat(layers_, problems_);
    SPRANGA_TRY(const auto jails, layers_.unit("jail"));
    if (!jails->found) {
      return fail(Errc::not_found, "there is no jail.conf in " + layers_.folder());
    }
    read_server();
    out_.own = read_own_settings(layers_, problems_);
    for (const auto& [name, value] : options_.overrides) {
      for (auto& [section, content] : jails->sections) {
        content.set(name, text_value(value));
      }
    }
    warn_of_misspelt_options(*jails, problems_);
    const auto sections = jail_sections(*jails);
    report_missing(sections);
    for (const auto& name : sections) {
      if (options_.jails.empty() || std::ranges::count(options_.jails, name) > 0) {
        jail(jails, name);
      }
    }
    forget_warnings_of_others();
    out_.problems = std::move(problems_.list);
    return std::move(out_);
  }

private:
  void read_server() {
    const auto file = layers_.unit("fail2ban");
    if (!file) {
      return;  // noted; the jails can be used all the same
    }
    ClientOptions client = options_.server;
    if (!read_client_options(**file, client, problems_)) {
      client.clear();
    }
    const auto options = read_server_options(**file, client, problems_);
    if (!options) {
      return;
    }
    check_server_values(*options, problems_);
    for (const auto& [name, value] : *options) {
      const auto given = options_.server.find(name);
      out_.server[name] = given == options_.server.end() ? value.str() : given->second;
    }
  }

  void jail(const std::shared_ptr<Ini>& jails, const std::string& name) {
    problems_.jail = name;
    if (!layers_.is_faulty(name)) {
      const Reading reading{layers_, problems_, out_.compat};
      const auto read = read_jail(reading, jails, name, !options_.jails.empty());
      if (read && read->enabled && read->config_error.empty()) {
        if (auto spec = to_jail_spec(reading, *jails, *read)) {
          out_.jails.push_back(std::move(*spec));
        }
      }
    }
    problems_.jail.clear();
  }

  /// Who asks for some jails is told of these.
  void forget_warnings_of_others() {
    if (!options_.jails.empty()) {
      std::erase_if(problems_.list, [&](const Problem& problem) {
        return problem.severity == Problem::Severity::warning && !problem.jail.empty() &&
               std::ranges::count(options_.jails, problem.jail) == 0;
      });
    }
  }

  void report_missing(const std::vector<std::string>& sections) {
    const std::vector<std::string_view> known(sections.begin(), sections.end());
    for (const auto& wanted : options_.jails) {
      if (std::ranges::count(sections, wanted) > 0) {
        continue;
      }
      auto message = "there is no jail " + wanted;
      if (const auto nearest = text::nearest(wanted, known); !nearest.empty()) {
        message += "; did you mean " + std::string(nearest) + "?";
      }
      problems_.note({}, std::move(message));
    }
  }

  const LoadOptions& options_;
  Problems problems_;
  Layers layers_;
  Configuration out_;
};

}  // namespace

std::filesystem::path default_folder() {
  std::error_code failed;
  const std::filesystem::path own = "/etc/spranga";
  return std::filesystem::is_directory(own, failed) ? own : "/etc/fail2ban";
}

Result<Configuration> load(const std::filesystem::path& folder, const LoadOptions& options) {
  return Loader(folder, options).run();
}

}  // namespace spranga::guard::config
