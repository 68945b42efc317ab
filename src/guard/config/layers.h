// The layers of one name: NAME.conf, NAME.d/*.conf, NAME.local, NAME.d/*.local, each with what its
// [INCLUDES] name, merged as fail2ban merges them. Each file is read once.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "guard/config/ini_file.h"
#include "guard/config/problem.h"
#include "guard/config/value.h"

namespace spranga::guard::config {

/// The merged sections of one name. What a layer overwrote of a section [x] stands in [KNOWN/x].
struct Ini {
  std::string name;  // "jail", "filter.d/sshd"
  Section defaults;
  Ordered<Section> sections;
  std::map<std::string, Place, std::less<>> heads;  // where each section was first begun
  std::vector<std::string> files;                   // in the order of reading
  bool found{false};                                // no: there is no file of this name

  [[nodiscard]] const Section* section(std::string_view section_name) const {
    return sections.find(section_name);
  }
};

class Layers {
public:
  /// `lenient`: a file in which something stands twice is used all the same, with a problem noted.
  Layers(std::string folder, Problems& problems, bool lenient);

  [[nodiscard]] const std::string& folder() const { return folder_; }

  /// The layers of a name, read at the first call. What a jail's filter adds to it stays in it.
  [[nodiscard]] Result<std::shared_ptr<Ini>> unit(const std::string& name);

  /// One file and what it includes, without further layers: a filter given by its path.
  [[nodiscard]] Result<std::shared_ptr<Ini>> file(const std::string& path);

  /// Something in this section of the files read leniently is wrong, so that nobody can say what
  /// it means.
  [[nodiscard]] bool is_faulty(const std::string& section) const {
    return faulty_.contains(section);
  }

private:
  using Paths = std::vector<std::string>;

  struct Opened {
    IniFile content;
    bool readable{false};
  };

  [[nodiscard]] Result<const Opened*> open(const std::string& path);
  [[nodiscard]] Result<void> judge(const Opened& opened);
  [[nodiscard]] Result<Paths> with_includes(const Paths& paths, const Paths& seen);
  [[nodiscard]] Result<Paths> includes_of(const std::string& path, const Paths& seen);
  [[nodiscard]] Result<void> read(Ini& ini, const Paths& paths);
  static void merge(Ini& ini, const IniFile& file);

  std::string folder_;
  Problems& problems_;
  bool lenient_;
  bool lenient_now_{
      false};  // jail.conf and its like; a filter's or an action's faults are its jail's
  std::set<std::string, std::less<>> faulty_;
  std::map<std::string, Opened> files_;
  std::map<std::string, Paths> included_;
  std::map<std::string, std::shared_ptr<Ini>> units_;
};

/// Adds the combined options of a jail's filter to the jail's section, each as known/NAME.
void merge_known(Ini& ini, const std::string& section, const Section& options);

}  // namespace spranga::guard::config
