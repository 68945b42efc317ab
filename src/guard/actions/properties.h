// Properties: an action's options as its commands see them. Their <tag>s that do not depend on a
// ban are filled in here, once for each address family; the tags of the moment (<ip>, <matches>)
// stay, and are nobody's business here.
//
// "NAME?family=inet6" is what NAME means for IPv6. An action with such an option has families, and
// is started for each when it is first needed.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ban/action_spec.h"
#include "base/result.h"

namespace spranga::guard::actions {

/// A family as fail2ban names it: "inet4", "inet6"; "" = the same for all; "None" = of an id that
/// is no address.
using Family = std::string;
inline constexpr std::string_view no_family = "None";

/// The name of this host, full or as the kernel has it: for <fq-hostname> and <sh-hostname>.
using HostName = std::function<std::string(bool full)>;

/// The commands that every action of fail2ban has, set or not: their tags are known, and empty.
inline constexpr std::array<std::string_view, 9> fail2ban_commands = {"actionban",
                                                                      "actioncheck",
                                                                      "actionflush",
                                                                      "actionreban",
                                                                      "actionreload",
                                                                      "actionrepair",
                                                                      "actionstart",
                                                                      "actionstop",
                                                                      "actionunban"};

class Properties {
public:
  /// `ipv6`: this host has IPv6 at all.
  Properties(const ban::ActionSpec& spec, HostName host_name, bool ipv6);

  /// The text of an option, tags and all; "" where it is not set.
  [[nodiscard]] const std::string& raw(const std::string& option) const;

  /// A command, "actionban", for a family, with all static tags filled in, nested ones too.
  /// Errc::malformed: a tag leads back to itself.
  [[nodiscard]] Result<std::string> command(const std::string& name, const Family& family);

  /// Any text with tags, likewise.
  [[nodiscard]] Result<std::string> filled(const std::string& text, const Family& family);

  /// The families that a start concerns.
  [[nodiscard]] const std::vector<Family>& families() const { return families_; }

  /// Started when a ban first needs it, not with the jail.
  [[nodiscard]] bool starts_on_demand() const { return starts_on_demand_; }

  /// What Python takes for true: set, and not False.
  [[nodiscard]] bool is_true(const std::string& option) const;

  /// What a tag that no option defines stands for: <br>, <sp>, the host's names.
  [[nodiscard]] std::optional<std::string> additional(std::string_view tag) const;

private:
  using Tags = std::map<std::string, std::string, std::less<>>;

  [[nodiscard]] Result<const Tags*> substituted(const Family& family);

  Tags options_;
  HostName host_name_;
  std::vector<Family> families_;
  bool starts_on_demand_{false};
  std::map<Family, Tags> cache_;
};

/// Tags of the moment in what the action runs (actionban and what it leads to): the guard looks up
/// only what is asked for. Names as in fail2ban: "ip-host", "ipmatches", "F-USER".
[[nodiscard]] std::set<std::string> moment_tags(const ban::ActionSpec& spec);
/// Those of one command by itself, as ignorecommand is.
[[nodiscard]] std::set<std::string> moment_tags(std::string_view command);

/// Where the next <tag> begins and ends ("<" and the place behind ">"); begin == npos: none.
struct TagPlace {
  std::size_t begin{std::string_view::npos};
  std::size_t end{std::string_view::npos};

  [[nodiscard]] std::string_view name(std::string_view text) const {
    return text.substr(begin + 1, end - begin - 2);
  }
};

[[nodiscard]] TagPlace next_tag(std::string_view text, std::size_t from);

/// Every tag replaced by what `value(tag)` gives, a std::optional<std::string>; none: it stays.
template <class ValueOf>
[[nodiscard]] std::string replace_tags(std::string_view text, const ValueOf& value) {
  std::string out;
  std::size_t done = 0;
  for (auto tag = next_tag(text, 0); tag.begin != std::string_view::npos;
       tag = next_tag(text, tag.end)) {
    if (const std::optional<std::string> found = value(tag.name(text))) {
      out.append(text.substr(done, tag.begin - done)).append(*found);
      done = tag.end;
    }
  }
  return out.append(text.substr(done));
}

}  // namespace spranga::guard::actions
