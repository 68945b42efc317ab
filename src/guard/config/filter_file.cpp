// A filter on its own, found as fail2ban-regex finds it.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "guard/config/configuration.h"
#include "guard/config/interpolation.h"
#include "guard/config/jail_reader.h"
#include "guard/config/jail_spec.h"
#include "guard/config/option_table.h"
#include "guard/config/parameters.h"
#include "guard/config/paths.h"
#include "guard/config/python_text.h"
#include "guard/config/value.h"

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

/// Where a filter of this name lies; false where there is none.
bool locate(const std::string& folder, FilterFile& file) {
  const auto& name = file.given;
  std::vector<std::string> candidates{name};
  if (!has_extension(name)) {
    candidates.push_back(name + ".conf");
    candidates.push_back(name + ".local");
  }
  const bool is_path = name.find('/') != std::string::npos;
  const auto filters = basename(folder) == "filter.d" ? folder : join(folder, "filter.d");
  const auto exists = [&](const std::string& candidate) {
    return is_file(is_path ? candidate : join(filters, candidate));
  };
  if (std::ranges::none_of(candidates, exists)) {
    return false;
  }
  const auto base = is_path ? dirname(name) : folder;
  if (is_path && base != folder && basename(base) != "filter.d") {
    file.name = absolute(name);
    return true;
  }
  const auto above = basename(base) == "filter.d" ? dirname(base) : base;
  file.name = basename(without_extension(basename(name)) == name ? name : without_extension(name));
  file.folder = above.empty() ? "." : above;
  return true;
}

/// As Python shows a dict's value.
std::string repr_of(const Value& value) {
  return value.kind == Value::Kind::text ? repr(value.str()) : value.str();
}

class FilterLoader {
public:
  FilterLoader(const FilterFile& file,
               std::string_view fallback_folder,
               const FilterOptions& options)
      : file_(file),
        layers_(file.folder.empty() ? std::string(fallback_folder) : file.folder.string(),
                problems_,
                false),
        options_(options) {}

  [[nodiscard]] Result<LoadedFilter> run() {
    LoadedFilter out;
    out.file = file_;
    SPRANGA_CHECK(read(out));
    out.problems = std::move(problems_.list);
    return out;
  }

  [[nodiscard]] std::vector<Problem> problems() && { return std::move(problems_.list); }

private:
  [[nodiscard]] Result<void> read(LoadedFilter& out) {
    SPRANGA_TRY(auto parsed, parse_reference(file_.reference, {}));
    SPRANGA_TRY(const auto ini,
                file_.folder.empty() ? layers_.file(file_.name)
                                     : layers_.unit(join("filter.d", file_.name)));
    if (!ini->found) {
      return fail(Errc::io, "the filter " + file_.name + " cannot be read");
    }
    Definition filter(ini, filter_rows(), std::move(parsed.parameters), problems_);
    apply_backend(filter, options_.backend);
    SPRANGA_CHECK(filter.read({}, false));
    SPRANGA_TRY(out.filter,
                to_filter_spec(filter, basename(without_extension(file_.name)), problems_));
    return read_real_options(filter, out);
  }

  [[nodiscard]] Result<void> read_real_options(Definition& filter, LoadedFilter& out) {
    SPRANGA_TRY(const auto all, filter.combined());
    std::vector<std::string> names = {"logtype", "datepattern"};
    for (const auto& [name, value] : filter.init()) {
      if (std::ranges::find(names, name) == names.end()) {
        names.push_back(name);
      }
    }
    for (const auto& name : names) {
      if (const auto* value = all.find(name)) {
        out.real_options.emplace_back(name, repr_of(*value));
        continue;
      }
      SPRANGA_TRY(const auto value, get({filter.ini(), "Definition", nullptr}, name, problems_));
      if (value) {
        out.real_options.emplace_back(name, repr_of(*value));
      }
    }
    return {};
  }

  const FilterFile& file_;
  Problems problems_;
  Layers layers_;
  const FilterOptions& options_;
};

/// Our words, with file and line, where there are any.
std::string why(const std::vector<Problem>& problems, const std::string& fail2bans) {
  for (const auto& problem : problems) {
    if (problem.severity == Problem::Severity::error) {
      return to_text(problem);
    }
  }
  return fail2bans;
}

}  // namespace

Result<FilterFile> find_filter(const std::filesystem::path& folder, std::string_view reference) {
  if (!may_name_filter(reference)) {
    return fail(Errc::not_found, "this names no filter");
  }
  SPRANGA_TRY(const auto parsed, parse_reference(reference, {}));
  FilterFile file;
  file.reference = reference;
  file.given = parsed.name;
  for (const auto& [name, value] : parsed.parameters) {
    file.parameters.emplace_back(name, value.str());
  }
  if (!locate(folder.string(), file)) {
    return fail(Errc::not_found, "there is no filter " + parsed.name);
  }
  return file;
}

Result<LoadedFilter> load_filter(const FilterFile& file,
                                 const std::filesystem::path& folder,
                                 const FilterOptions& options,
                                 std::vector<Problem>& problems) {
  FilterLoader loader(file, folder.string(), options);
  auto loaded = loader.run();
  if (!loaded) {
    problems = std::move(loader).problems();
  }
  return loaded;
}

Result<LoadedFilter> load_filter(const std::filesystem::path& folder,
                                 std::string_view reference,
                                 const FilterOptions& options) {
  SPRANGA_TRY(const auto file, find_filter(folder, reference));
  std::vector<Problem> problems;
  auto loaded = load_filter(file, folder, options, problems);
  if (!loaded) {
    return fail(loaded.error().code, why(problems, loaded.error().detail));
  }
  return loaded;
}

}  // namespace spranga::guard::config
