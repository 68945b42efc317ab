#include "guard/config/dump.h"

#include <algorithm>
#include <array>
#include <utility>

#include "guard/config/compat.h"
#include "guard/config/jail_reader.h"
#include "guard/config/jail_sections.h"
#include "guard/config/layers.h"
#include "guard/config/option_table.h"
#include "guard/config/python_text.h"

namespace spranga::guard::config {

namespace {

/// The command line left something to the file.
bool needs_file(const ClientOptions& given) {
  constexpr std::array all = {"socket", "pidfile", "logtarget", "loglevel", "syslogsocket"};
  return !std::ranges::all_of(all, [&](const char* name) { return given.contains(name); });
}

Result<void> read_early_options(Layers& layers, ClientOptions& client, Problems& problems) {
  SPRANGA_TRY(const auto server, layers.unit("fail2ban"));
  if (!server->found) {
    problems.warn({}, "there is no fail2ban.conf in " + layers.folder());
  }
  return read_client_options(*server, client, problems);
}

class Dumper {
public:
  Dumper(const std::string& folder, const DumpOptions& options)
      : options_(options), layers_(folder, problems_, false), client_(options.client) {
    compat_ = options.compat ? *options.compat : configured_compat(layers_, problems_);
  }

  [[nodiscard]] Dump run() {
    if (needs_file(client_)) {
      if (const auto read = read_early(); !read) {
        out_.early_error = read.error().detail;
        return finish();
      }
    }
    if (auto commands = read_all()) {
      out_.commands = std::move(*commands);
    } else {
      out_.good = false;
    }
    return finish();
  }

private:
  Dump finish() {
    out_.problems = std::move(problems_.list);
    return std::move(out_);
  }

  [[nodiscard]] Result<void> read_early() {
    return read_early_options(layers_, client_, problems_);
  }

  [[nodiscard]] Result<Commands> read_all() {
    SPRANGA_TRY(const auto server, layers_.unit("fail2ban"));
    SPRANGA_TRY(const auto jail_file, layers_.unit("jail"));
    SPRANGA_TRY(const auto options, read_server_options(*server, client_, problems_));
    SPRANGA_TRY(auto commands, commands_of_server(*server, options, problems_));
    SPRANGA_TRY(const auto jails, read_jails(jail_file));
    for (const auto& jail : jails) {
      problems_.jail = jail.name;
      const bool need_files = !options_.dump && !may_lack_logs(*jail_file, jail.name);
      SPRANGA_TRY(auto more, commands_of(jail, need_files, problems_));
      std::ranges::move(more, std::back_inserter(commands));
    }
    for (const auto& jail : jails) {
      if (jail.config_error.empty()) {
        commands.push_back(Term::list({Term::of("start"), Term::of(jail.name)}));
      }
    }
    return commands;
  }

  /// skip_if_nologs, of spranga and of fail2ban since 1.1; what is wrong with it is told elsewhere.
  [[nodiscard]] static bool may_lack_logs(const Ini& jails, const std::string& jail) {
    Problems aside;
    const auto own = read_options({jails, jail, nullptr}, own_jail_rows(), nullptr, true, aside);
    const auto* skips = own ? own->find("skip_if_nologs") : nullptr;
    return skips != nullptr && skips->str() == "True";
  }

  [[nodiscard]] Result<std::vector<Jail>> read_jails(const std::shared_ptr<Ini>& file) {
    std::vector<Jail> out;
    bool any_good = false;
    bool any_bad = false;
    const auto names =
        options_.jail.empty() ? jail_sections(*file) : std::vector<std::string>{options_.jail};
    if (!options_.jail.empty() && file->sections.find(options_.jail) == nullptr) {
      return problems_.refuse({},
                              "there is no jail of this name: " + options_.jail,
                              "No section: " + repr(options_.jail));
    }
    for (const auto& name : names) {
      problems_.jail = name;
      SPRANGA_TRY(auto jail, read_jail({layers_, problems_, compat_}, file, name, false));
      if (!jail.config_error.empty()) {
        any_bad = true;
      } else if (jail.enabled) {
        any_good = true;
      } else {
        continue;
      }
      out.push_back(std::move(jail));
    }
    problems_.jail.clear();
    out_.good = !any_bad || (any_good && !options_.test);
    return out;
  }

  const DumpOptions& options_;
  Problems problems_;
  Layers layers_;
  ban::Compat compat_{ban::Compat::v1_0};
  ClientOptions client_;
  Dump out_;
};

}  // namespace

Dump dump(const std::string& folder, const DumpOptions& options) {
  return Dumper(folder, options).run();
}

Result<ClientOptions> client_options(const std::string& folder,
                                     ClientOptions given,
                                     std::vector<Problem>& problems) {
  if (!needs_file(given)) {
    return given;
  }
  Problems found;
  Layers layers(folder, found, false);
  const auto read = read_early_options(layers, given, found);
  problems = std::move(found.list);
  SPRANGA_CHECK(read);
  return given;
}

}  // namespace spranga::guard::config
