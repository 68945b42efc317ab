// A filter on its own, found as fail2ban-regex finds it.
#include <optional>
#include <utility>

#include "guard/config/compat.h"
#include "guard/config/configuration.h"
#include "guard/config/jail_reader.h"
#include "guard/config/jail_spec.h"
#include "guard/config/option_table.h"
#include "guard/config/parameters.h"
#include "guard/config/paths.h"
#include "guard/config/python_text.h"

namespace spranga::guard::config {

namespace {

/// Letters, digits and "/-_." with parameters behind them at most; anything else is an expression.
bool may_name_filter(std::string_view text) {
  const auto open = text.find('[');
  const auto name = text.substr(0, open);
  if (name.empty() || (open != std::string_view::npos && !text.ends_with(']'))) {
    return false;
  }
  for (std::size_t at = 0; at < name.size(); at += rune_at(name, at).size) {
    const auto c = rune_at(name, at).value;
    if (!is_word(c) && c != '/' && c != '-' && c != '.') {
      return false;
    }
  }
  return true;
}

/// A dot among the last six letters: the name has its extension.
bool has_extension(std::string_view name) {
  constexpr std::size_t last = 6;
  return name.substr(name.size() > last ? name.size() - last : 0).find('.') !=
         std::string_view::npos;
}

struct Found {
  std::string name;    // for the reader: a name of filter.d, or a path
  std::string folder;  // that has a filter.d; "" for a file on its own
};

std::optional<Found> find_filter(const std::string& folder, const std::string& name) {
  std::vector<std::string> candidates{name};
  if (!has_extension(name)) {
    candidates.push_back(name + ".conf");
    candidates.push_back(name + ".local");
  }
  const bool is_path = name.find('/') != std::string::npos;
  const auto filters = basename(folder) == "filter.d" ? folder : join(folder, "filter.d");
  for (const auto& candidate : candidates) {
    if (!is_file(is_path ? candidate : join(filters, candidate))) {
      continue;
    }
    const auto base = is_path ? dirname(name) : folder;
    if (is_path && base != folder && basename(base) != "filter.d") {
      return Found{absolute(name), ""};
    }
    const auto above = basename(base) == "filter.d" ? dirname(base) : base;
    return Found{
        basename(without_extension(basename(name)) == name ? name : without_extension(name)),
        above.empty() ? "." : above};
  }
  return std::nullopt;
}

class FilterLoader {
public:
  FilterLoader(const Found& found, std::string_view fallback_folder, const FilterOptions& options)
      : found_(found),
        layers_(
            found.folder.empty() ? std::string(fallback_folder) : found.folder, problems_, false),
        options_(options) {}

  [[nodiscard]] Result<LoadedFilter> run(Section parameters) {
    LoadedFilter out;
    out.file = found_.name;
    out.folder = found_.folder;
    for (const auto& [name, value] : parameters) {
      out.parameters[name] = value.str();
    }
    auto filter = read(std::move(parameters));
    if (!filter) {
      return fail(filter.error().code, why(filter.error().detail));
    }
    out.filter = std::move(*filter);
    out.problems = std::move(problems_.list);
    return out;
  }

private:
  [[nodiscard]] Result<ban::FilterSpec> read(Section parameters) {
    SPRANGA_TRY(const auto ini,
                found_.folder.empty() ? layers_.file(found_.name)
                                      : layers_.unit(join("filter.d", found_.name)));
    if (!ini->found) {
      return fail(Errc::not_found, "the filter " + found_.name + " cannot be read");
    }
    Definition filter(ini, filter_rows(), std::move(parameters), problems_);
    apply_backend(filter, options_.backend);
    SPRANGA_CHECK(filter.read({}, false));
    return to_filter_spec(filter, basename(without_extension(found_.name)), problems_);
  }

  /// Our words, with file and line, where there are any.
  [[nodiscard]] std::string why(const std::string& fail2bans) const {
    for (const auto& problem : problems_.list) {
      if (problem.severity == Problem::Severity::error) {
        return to_text(problem);
      }
    }
    return fail2bans;
  }

  const Found& found_;
  Problems problems_;
  Layers layers_;
  const FilterOptions& options_;
};

}  // namespace

Result<LoadedFilter> load_filter(const std::filesystem::path& folder,
                                 std::string_view reference,
                                 const FilterOptions& options) {
  if (!may_name_filter(reference)) {
    return fail(Errc::not_found, "this names no filter");
  }
  const auto compat = options.compat ? *options.compat : ban::Compat::v1_0;
  SPRANGA_TRY(auto parsed, parse_reference(reference, {}, compat));
  const auto found = find_filter(folder.string(), parsed.name);
  if (!found) {
    return fail(Errc::not_found, "there is no filter " + parsed.name);
  }
  return FilterLoader(*found, folder.string(), options).run(std::move(parsed.parameters));
}

}  // namespace spranga::guard::config
