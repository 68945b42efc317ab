#include "guard/config/own_settings.h"

#include <algorithm>

#include "guard/config/interpolation.h"
#include "guard/config/python_text.h"
#include "text/nearest.h"

namespace spranga::guard::config {

namespace {

std::string list_of(const std::vector<std::string_view>& choices) {
  std::string out;
  for (const auto choice : choices) {
    out += (out.empty() ? "" : ", ") + std::string(choice);
  }
  return out;
}

void warn_of_unknown(const Section& section, Problems& problems) {
  std::vector<std::string_view> known;
  for (const auto& setting : own_settings()) {
    known.push_back(setting.name);
  }
  for (const auto& [name, value] : section) {
    if (std::ranges::count(known, name) > 0) {
      continue;
    }
    const auto nearest = text::nearest(name, known);
    problems.warn(value.written,
                  "there is no option " + name +
                      (nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?"));
  }
}

}  // namespace

const std::vector<OwnSetting>& own_settings() {
  static const std::vector<OwnSetting> settings = {
      {"compat", "auto", {}},  // read by configured_compat
      {"nft_table", "spranga", {}},
      {"on_stop", "flush", {"flush", "keep"}},
      {"never_ban", "", {}},
      // Read by guard/mail.
      {"mail", "no", {"no", "each", "hourly", "daily"}},
      {"mail_to", "root@localhost", {}},
      {"mail_from", "", {}},
      {"mail_language", "auto", {"auto", "en", "it"}},
      {"mail_on_start", "yes", {"yes", "no"}},
      {"mail_lines", "10", {}},
      {"mail_limit", "20", {}},
      {"mail_via", "smtp", {"smtp", "sendmail"}},
      {"mail_server", "localhost", {}},
      {"mail_port", "", {}},
      {"mail_tls", "auto", {"auto", "starttls", "implicit", "opportunistic", "none"}},
      {"mail_ca_file", "", {}},
      {"mail_user", "", {}},
      {"mail_password_file", "", {}},
      {"geoip", "auto", {}},
  };
  return settings;
}

std::map<std::string, std::string> read_own_settings(Layers& layers, Problems& problems) {
  std::map<std::string, std::string> out;
  for (const auto& setting : own_settings()) {
    out.emplace(setting.name, setting.standard);
  }
  const auto ini = layers.unit("spranga");
  const auto* section = ini && (*ini)->found ? (*ini)->section("Definition") : nullptr;
  if (section == nullptr) {
    return out;
  }
  warn_of_unknown(*section, problems);
  for (const auto& setting : own_settings()) {
    const auto value = get({**ini, "Definition", nullptr}, std::string(setting.name), problems);
    if (!value || !*value) {
      continue;
    }
    const std::string text(strip((*value)->str()));
    if (!setting.choices.empty() && std::ranges::count(setting.choices, text) == 0) {
      problems.warn((*value)->written,
                    std::string(setting.name) + " = " + text + ": choose from " +
                        list_of(setting.choices) + "; " + std::string(setting.standard) + " holds");
      continue;
    }
    out[std::string(setting.name)] = text;
  }
  return out;
}

}  // namespace spranga::guard::config
