#include "guard/config/jail_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "guard/config/option_table.h"
#include "guard/config/parameters.h"
#include "guard/config/paths.h"
#include "guard/config/python_text.h"
#include "text/nearest.h"

namespace spranga::guard::config {

namespace {

class JailReader {
public:
  JailReader(const Reading& reading, std::shared_ptr<Ini> jails, std::string name, bool force)
      : reading_(reading), jails_(std::move(jails)), force_(force) {
    jail_.name = std::move(name);
    if (const auto head = jails_->heads.find(jail_.name); head != jails_->heads.end()) {
      jail_.head = head->second;
    }
  }

  [[nodiscard]] Result<Jail> run() {
    jails_->defaults.set("fail2ban_version", text_value(version_of(reading_.compat)));
    jails_->defaults.set("fail2ban_confpath", text_value(reading_.layers.folder()));
    SPRANGA_TRY(jail_.options, options(early_jail_rows()));
    jail_.enabled = force_ || jail_.options.find("enabled")->str() == "True";
    if (!jail_.enabled) {
      return std::move(jail_);
    }
    SPRANGA_TRY(const bool goes_on, filter());
    if (goes_on) {
      SPRANGA_CHECK(rest());
    }
    return std::move(jail_);
  }

private:
  /// What follows once the jail may refer to the options of its filter.
  [[nodiscard]] Result<void> rest() {
    SPRANGA_TRY(jail_.options, options(jail_rows()));
    jail_.enabled = force_ || jail_.options.find("enabled")->str() == "True";
    if (jail_.filter) {
      SPRANGA_CHECK(jail_.filter->read(jail_.options, false));
    }
    return actions();
  }

  [[nodiscard]] Result<Section> options(std::span<const OptionRow> rows) {
    return read_options({*jails_, jail_.name, nullptr}, rows, nullptr, true, reading_.problems);
  }

  /// The jail is left out; what is wrong is said in fail2ban's words and in ours.
  bool skip(const Place& place, std::string fail2bans, std::string ours) {
    jail_.config_error = std::move(fail2bans);
    reading_.problems.note(place, std::move(ours));
    return false;
  }

  [[nodiscard]] Result<bool> filter() {
    const auto& written = *jail_.options.find("filter");
    if (written.str().empty()) {
      reading_.problems.warn(jail_.head, "the jail has no filter");
      return true;
    }
    const auto place = written.written;
    auto reference = parse_reference(written.str(), place);
    if (!reference) {
      const auto why = reference.error().detail;
      return skip(place,
                  "Invalid filter definition " + repr(written.str()) + ": " + why,
                  "filter = " + written.str() + ": " + why);
    }
    const auto file =
        reference->name.starts_with("./") ? absolute(reference->name) : reference->name;
    SPRANGA_TRY(const auto ini, reading_.layers.unit(join("filter.d", file)));
    if (!ini->found) {
      return skip(place,
                  "Unable to read the filter " + repr(reference->name),
                  no_such("there is no filter ", "filter.d", file));
    }
    jail_.filter.emplace(ini, filter_rows(), std::move(reference->parameters), reading_.problems);
    auto& filter = *jail_.filter;
    apply_backend(filter, jail_.options.find("backend")->str());
    SPRANGA_CHECK(filter.read(jail_.options, true));
    SPRANGA_TRY(jail_.filter_options, filter.combined());
    merge_known(*jails_, jail_.name, jail_.filter_options);
    return true;
  }

  [[nodiscard]] Result<void> actions() {
    SPRANGA_TRY(const auto pieces, split_references(jail_.options.find("action")->text));
    for (const auto& piece : pieces) {
      const auto text = strip(piece.text());
      if (text.empty()) {
        continue;
      }
      const auto place = piece.place_at(0);
      auto reference = parse_reference(text, place);
      if (!reference) {
        const auto why = reference.error().detail;
        skip(place,
             "Invalid action definition " + repr(text) + ": " + why,
             "action " + std::string(text) + ": " + why);
        return {};
      }
      SPRANGA_TRY(const bool goes_on, action(std::move(*reference), place));
      if (!goes_on) {
        return {};
      }
    }
    if (jail_.actions.empty()) {
      reading_.problems.warn(jail_.head, "the jail has no action");
    }
    return {};
  }

  [[nodiscard]] Result<bool> action(Reference reference, const Place& place) {
    auto& parameters = reference.parameters;
    if (reference.name.ends_with(".py")) {
      const auto* named = parameters.find("actname");
      const auto name = named == nullptr ? without_extension(reference.name) : named->str();
      parameters.erase("actname");
      const auto path = join(join(reading_.layers.folder(), "action.d"), reference.name);
      jail_.actions.push_back({name, path, std::move(parameters), std::nullopt});
      return true;
    }
    if (!parameters.contains("name")) {
      parameters.set("name", text_value(jail_.name));
    }
    if (!parameters.contains("actname")) {
      parameters.set("actname",
                     text_value(action_name(reference.name, parameters.find("name")->str())));
    }
    const auto name = parameters.find("actname")->str();
    const auto file = reference.name.starts_with("./") ? absolute(reference.name) : reference.name;
    SPRANGA_TRY(const auto ini, reading_.layers.unit(join("action.d", file)));
    if (!ini->found) {
      return skip(place,
                  "Unable to read action " + repr(reference.name),
                  no_such("there is no action ", "action.d", file));
    }
    Definition definition(ini, action_rows(), std::move(parameters), reading_.problems);
    SPRANGA_CHECK(definition.read(jail_.options, false));
    jail_.actions.push_back({name, file, {}, std::move(definition)});
    return true;
  }

  /// "there is no filter filter.d/shd.conf; did you mean sshd?"
  [[nodiscard]] std::string no_such(std::string message,
                                    const std::string& folder,
                                    const std::string& file) const {
    message += join(folder, file) + ".conf";
    std::vector<std::string> names;
    for (const auto* ending : {"*.conf", "*.local"}) {
      for (const auto& path : glob(join(join(reading_.layers.folder(), folder), ending))) {
        names.push_back(without_extension(basename(path)));
      }
    }
    std::ranges::sort(names);
    const std::vector<std::string_view> known(names.begin(), names.end());
    if (const auto nearest = text::nearest(file, known); !nearest.empty()) {
      message += "; did you mean " + std::string(nearest) + "?";
    }
    return message;
  }

  /// The file's name, made unique where the jail uses it under a name of its own.
  [[nodiscard]] std::string action_name(const std::string& file, const std::string& name) const {
    if (name == jail_.name) {
      return file;
    }
    const bool continues = name.starts_with(jail_.name);
    return file + (continues ? name.substr(jail_.name.size()) : "-" + name);
  }

  const Reading& reading_;
  std::shared_ptr<Ini> jails_;
  bool force_;
  Jail jail_;
};

}  // namespace

std::string version_of(ban::Compat compat) {
  return compat == ban::Compat::v1_0 ? "1.0.2" : "1.1.0";
}

void apply_backend(Definition& filter, std::string_view backend) {
  const auto* given = filter.init().find("logtype");
  const auto* section = filter.ini().section("Definition");
  const bool defined = section != nullptr && section->contains("logtype");
  if ((given == nullptr || given->str().empty()) && !defined) {
    filter.set_init("logtype", text_value(backend.starts_with("systemd") ? "journal" : "file"));
  }
}

Result<Jail> read_jail(const Reading& reading,
                       const std::shared_ptr<Ini>& jails,
                       const std::string& name,
                       bool force) {
  return JailReader(reading, jails, name, force).run();
}

}  // namespace spranga::guard::config
