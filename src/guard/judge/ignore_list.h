// IgnoreList: ignoreip of one jail. Addresses, networks, names and file:PATH; what has to be asked
// of somebody goes through ports.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "guard/judge/network.h"

namespace spranga::guard {

/// The addresses of a name, from a cache or an answer that is there at once. Empty: DNS is not
/// asked.
using NamePort = std::function<std::vector<net::Address>(const std::string& name)>;

/// The whole text of a file that ignoreip names; asked at each look, so the port may keep it.
using FilePort = std::function<Result<std::string>(const std::string& path)>;

class IgnoreList {
public:
  /// What is neither address nor network nor file is taken for a name, as in fail2ban; one that
  /// nobody bears ignores nobody.
  [[nodiscard]] static IgnoreList make(const std::vector<std::string>& entries);

  enum class Why { no, address, name };

  /// Whether one of its addresses or networks holds `id`: an address in canonical text, or what
  /// else a filter caught.
  [[nodiscard]] bool lists(const std::string& id, const std::optional<net::Address>& address) const;

  /// The same of what must be asked for: files and names.
  [[nodiscard]] Why ask(const std::string& id,
                        const std::optional<net::Address>& address,
                        const NamePort& names,
                        const FilePort& files) const;

  /// Whether a ban of `network` would hit something that is ignored (names are not asked).
  [[nodiscard]] bool overlaps(const Network& network, const FilePort& files) const;

  /// The same with what the files say by now, for who is about to ask of many: they are read once.
  [[nodiscard]] IgnoreList with_files_read(const FilePort& files) const;

  /// Whether an entry is this very address.
  [[nodiscard]] bool names_alone(const std::string& id) const { return singles_.contains(id); }

  [[nodiscard]] bool empty() const { return networks_.empty() && names_.empty() && files_.empty(); }

  /// Names that only DNS could tell.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

private:
  void add(Network network);

  std::unordered_set<std::string> singles_;
  std::vector<Network> networks_;  // singles too, for overlaps
  std::vector<std::string> names_;
  std::vector<std::string> files_;
};

/// The entries of such a file: divided by white space or commas, comments from # or ; to the line's
/// end. What is no address and no network is left out.
[[nodiscard]] std::vector<Network> parse_ignore_file(std::string_view text);

}  // namespace spranga::guard
