#include "guard/config/explain.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>

#include "guard/config/compat.h"
#include "guard/config/interpolation.h"
#include "guard/config/jail_reader.h"
#include "guard/config/jail_sections.h"
#include "guard/config/layers.h"
#include "guard/config/option_table.h"
#include "guard/config/paths.h"
#include "guard/config/python_text.h"
#include "text/nearest.h"

namespace spranga::guard::config {

namespace {

using Overrode = std::vector<std::pair<std::string, ban::Origin>>;

std::vector<ban::Origin> origins_of(const Traced& text) {
  std::vector<ban::Origin> out;
  for (std::size_t at = 0; at < std::max<std::size_t>(text.text().size(), 1); ++at) {
    const auto origin = origin_of(text.place_at(at));
    if (std::ranges::find(out, origin) == out.end()) {
      out.push_back(origin);
    }
  }
  return out;
}

void add_chain(const Value* value, Overrode& out) {
  for (; value != nullptr; value = value->overrode.get()) {
    out.emplace_back(value->str(), origin_of(value->written));
  }
}

/// All that the layers say about an option, the one that holds first. `sections` go before one
/// another, and before [DEFAULT].
Overrode history(const Ini& ini, const std::vector<std::string>& sections, std::string_view name) {
  Overrode out;
  for (const auto& section : sections) {
    const auto* options = ini.section(section);
    add_chain(options == nullptr ? nullptr : options->find(name), out);
  }
  add_chain(ini.defaults.find(name), out);
  return out;
}

ExplainedOption explained(const std::string& owner,
                          const std::string& name,
                          const Value& value,
                          Overrode history) {
  ExplainedOption out{owner, name, {}, origin_of(value.written), {}};
  for (const auto& line : value.text.lines()) {
    out.lines.push_back({line.text(), origins_of(line)});
  }
  const auto own =
      std::ranges::find_if(history, [&](const auto& entry) { return entry.second == out.origin; });
  // What a parameter in brackets says goes before all that stands in files.
  history.erase(history.begin(), own == history.end() ? history.begin() : own + 1);
  out.overrode = std::move(history);
  return out;
}

class Explainer {
public:
  Explainer(const std::filesystem::path& folder, std::optional<ban::Compat> compat)
      : layers_(folder.string(), problems_, true) {
    compat_ = compat ? *compat : configured_compat(layers_, problems_);
  }

  [[nodiscard]] Result<ExplainedJail> run(const std::string& name) {
    SPRANGA_TRY(const auto jails, layers_.unit("jail"));
    const auto known = jail_sections(*jails);
    if (std::ranges::count(known, name) == 0) {
      const std::vector<std::string_view> names(known.begin(), known.end());
      return fail(Errc::not_found, std::string(text::nearest(name, names)));
    }
    problems_.jail = name;
    const auto enabled = get({*jails, name, nullptr}, "enabled", problems_);
    out_.enabled = enabled && *enabled && is_true((*enabled)->str());
    const auto jail = read_jail({layers_, problems_, compat_}, jails, name, true);
    if (jail) {
      add_jail(*jails, *jail);
      add_filter(*jail);
      add_actions(*jail);
    } else {
      add_unread_jail(*jails, name);
    }
    out_.problems = std::move(problems_.list);
    return std::move(out_);
  }

private:
  void add_jail(const Ini& jails, const Jail& jail) {
    auto options = jail.options;
    const auto own =
        read_options({jails, jail.name, nullptr}, own_jail_rows(), nullptr, true, problems_);
    if (own) {
      for (const auto& [name, value] : *own) {
        options.set(name, value);
      }
    }
    // Names of the section's own, such as port, that the others refer to.
    for (const auto& [name, value] : *jails.section(jail.name)) {
      const bool known = options.contains(name) || name.starts_with("known/");
      if (const auto text = known ? Result<std::optional<Value>>()
                                  : get({jails, jail.name, nullptr}, name, problems_);
          text && *text) {
        options.set(name, **text);
      }
    }
    for (const auto& [name, value] : options) {
      if (!value.is_none()) {
        out_.options.push_back(explained("", name, value, history(jails, {jail.name}, name)));
      }
    }
  }

  /// One value that cannot be read ends the reading of its jail; here the others are shown all the
  /// same, and that one as it is written.
  void add_unread_jail(const Ini& jails, const std::string& name) {
    std::vector<std::string> names;
    for (const auto rows : {jail_rows(), own_jail_rows()}) {
      for (const auto& row : rows) {
        names.emplace_back(row.name);
      }
    }
    for (const auto& [option, value] : *jails.section(name)) {
      if (std::ranges::count(names, option) == 0 && !option.starts_with("known/")) {
        names.push_back(option);
      }
    }
    for (const auto& option : names) {
      auto past = history(jails, {name}, option);
      if (const auto value = get({jails, name, nullptr}, option, problems_)) {
        if (*value) {
          out_.options.push_back(explained("", option, **value, std::move(past)));
        }
        continue;
      }
      if (const auto* written = raw(jails, name, option)) {
        out_.options.push_back(explained("", option, *written, std::move(past)));
      }
    }
  }

  static const Value* raw(const Ini& jails, const std::string& name, const std::string& option) {
    const auto* value = jails.section(name)->find(option);
    return value == nullptr ? jails.defaults.find(option) : value;
  }

  void add_filter(const Jail& jail) {
    if (!jail.filter) {
      return;
    }
    auto filter = *jail.filter;
    const auto& ini = filter.ini();
    const auto owner = "filter " + basename(ini.name);
    const auto options = filter.combined();
    if (!options) {
      return;
    }
    for (const auto& [name, value] : *options) {
      if (!name.starts_with("known/") && !value.is_none()) {
        out_.options.push_back(
            explained(owner, name, value, history(ini, {"Init", "Definition"}, name)));
      }
    }
  }

  void add_actions(const Jail& jail) {
    for (const auto& action : jail.actions) {
      const auto owner = "action " + action.name;
      if (!action.definition) {
        for (const auto& [name, value] : action.parameters) {
          out_.options.push_back(explained(owner, name, value, {}));
        }
        continue;
      }
      auto definition = *action.definition;
      const auto& ini = definition.ini();
      const auto options = definition.combined();
      if (!options) {
        continue;
      }
      for (const auto& [name, value] : *options) {
        if (!name.starts_with("known/") && !value.is_none()) {
          out_.options.push_back(
              explained(owner, name, value, history(ini, {"Init", "Definition"}, name)));
        }
      }
    }
  }

  Problems problems_;
  Layers layers_;
  ban::Compat compat_{ban::Compat::v1_0};
  ExplainedJail out_;
};

}  // namespace

Result<std::vector<std::string>> jails_in(const std::filesystem::path& folder) {
  Problems problems;
  Layers layers(folder.string(), problems, true);
  SPRANGA_TRY(const auto jails, layers.unit("jail"));
  if (!jails->found) {
    return fail(Errc::not_found, "there is no jail.conf in " + layers.folder());
  }
  return jail_sections(*jails);
}

Result<ExplainedJail> explain_jail(const std::filesystem::path& folder,
                                   const std::string& jail,
                                   std::optional<ban::Compat> compat) {
  return Explainer(folder, compat).run(jail);
}

}  // namespace spranga::guard::config
