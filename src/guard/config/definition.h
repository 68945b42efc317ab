// A filter or an action: one file of filter.d or action.d with its layers, what the jail passes to
// it, and the options that come of both. Its steps are fail2ban's, because later steps see what
// earlier ones left.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "guard/config/layers.h"
#include "guard/config/option_table.h"
#include "guard/config/problem.h"
#include "guard/config/value.h"

namespace spranga::guard::config {

class Definition {
public:
  /// `parameters` are what the jail passes in brackets.
  Definition(std::shared_ptr<const Ini> ini,
             std::span<const OptionRow> rows,
             Section parameters,
             Problems& problems);

  /// Reads [Definition] and [Init]. `jail` are the jail's options, which go first; with `all` the
  /// options of [Definition] that no row names are read too.
  [[nodiscard]] Result<void> read(const Section& jail, bool all);

  /// Everything together, its <tag>s filled in, converted as the rows say.
  [[nodiscard]] Result<Section> combined(std::set<std::string, std::less<>> ignored = {});

  /// What the jail passes, what [Init] says, and what they are known as: known/NAME.
  [[nodiscard]] const Section& init() const { return init_; }

  /// Sets a parameter that the jail did not pass.
  void set_init(const std::string& name, const Value& value) { init_.set(name, value); }

  [[nodiscard]] const Ini& ini() const { return *ini_; }

  /// The same file and parameters, for other options.
  [[nodiscard]] Definition with_rows(std::span<const OptionRow> rows) const {
    return {ini_, rows, init_, problems_};
  }

private:
  [[nodiscard]] Result<void> read_init();
  [[nodiscard]] Result<void> read_rest();
  [[nodiscard]] Result<std::optional<Value>> tag(const std::string& name);
  [[nodiscard]] Result<std::optional<Value>> look_up(const std::string& name);
  [[nodiscard]] Result<std::optional<Value>> get_in(const std::string& section,
                                                    const std::string& option,
                                                    const Section* vars);

  std::shared_ptr<const Ini> ini_;
  std::span<const OptionRow> rows_;
  Section init_;
  Problems& problems_;
  Section options_;
  Section vars_;  // jail's options and parameters, names in lower case
  std::map<std::string, std::optional<Value>> looked_up_;
};

/// "iptables?family=inet6" → "iptables"; "" where the name has no condition.
[[nodiscard]] std::string unconditional(std::string_view option);

}  // namespace spranga::guard::config
