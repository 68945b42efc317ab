// The configuration of a folder, /etc/spranga or /etc/fail2ban, as values. The only part of this
// room that others call.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ban/jail_spec.h"
#include "base/result.h"
#include "guard/config/problem.h"

namespace spranga::guard::config {

/// /etc/spranga if it exists, else /etc/fail2ban.
[[nodiscard]] std::filesystem::path default_folder();

struct LoadOptions {
  /// Which fail2ban to imitate; none: as spranga.conf says, else the installed one.
  std::optional<ban::Compat> compat;
  /// Only these jails, enabled or not; empty: those that are enabled.
  std::vector<std::string> jails;
  /// Options set above every layer, in every jail: {"findtime", "1h"}.
  std::map<std::string, std::string> overrides;
  /// What the command line says in place of fail2ban.conf: socket, pidfile, logtarget, loglevel,
  /// syslogsocket, dbfile.
  std::map<std::string, std::string> server;
};

struct Configuration {
  std::filesystem::path folder;
  ban::Compat compat{ban::Compat::v1_0};
  std::vector<ban::JailSpec> jails;  // in the order of the files
  /// [Definition] of fail2ban.conf with its defaults: logtarget, dbfile, dbpurgeage, …
  std::map<std::string, std::string> server;
  /// [Definition] of spranga.conf with its defaults.
  std::map<std::string, std::string> own;
  /// What is wrong. A jail with an error is not in `jails`; the others are.
  std::vector<Problem> problems;
};

/// Reads the jails with their filters and actions. A jail that is wrong is a Problem and stops no
/// other. An error: there is no such folder, or nothing in it can be used at all.
[[nodiscard]] Result<Configuration> load(const std::filesystem::path& folder,
                                         const LoadOptions& options = {});

/// A filter's file, found but not read.
struct FilterFile {
  std::string reference;         // as it was asked for: NAME[PARAMETERS]
  std::string given;             // without its parameters
  std::string name;              // for "Use failregex filter file : NAME, basedir: DIR"
  std::filesystem::path folder;  // empty: a file outside of any filter.d, read on its own
  std::vector<std::pair<std::string, std::string>> parameters;
};

struct LoadedFilter {
  FilterFile file;
  ban::FilterSpec filter;
  std::vector<Problem> problems;  // warnings
  /// What the filter makes of logtype, datepattern and its parameters, as Python's repr() shows
  /// them: "Real filter options".
  std::vector<std::pair<std::string, std::string>> real_options;
};

struct FilterOptions {
  std::string backend{"auto"};  // "systemd": logtype is journal
};

/// A filter as fail2ban-regex takes it: "sshd", "sshd[mode=aggressive]", or the path of a filter's
/// file, with parameters too. Errc::not_found where `reference` names no filter (it may be an
/// expression then); Errc::malformed, in fail2ban's words, for what is wrong within the brackets.
[[nodiscard]] Result<FilterFile> find_filter(const std::filesystem::path& folder,
                                             std::string_view reference);

/// Reads it. Errc::io where that is impossible; other errors are in fail2ban's words, and
/// `problems` then has ours. `folder` is for a file on its own.
[[nodiscard]] Result<LoadedFilter> load_filter(const FilterFile& file,
                                               const std::filesystem::path& folder,
                                               const FilterOptions& options,
                                               std::vector<Problem>& problems);

/// Both; an error says what is wrong with file and line, where they are known.
[[nodiscard]] Result<LoadedFilter> load_filter(const std::filesystem::path& folder,
                                               std::string_view reference,
                                               const FilterOptions& options = {});

}  // namespace spranga::guard::config
