// A jail's settings as fail2ban's clients read and set them: one row each.
#pragma once

#include <string>

#include "ban/jail_spec.h"
#include "guard/control/server.h"

namespace spranga::daemon {

[[nodiscard]] guard::pickle::Value read_setting(const ban::JailSpec& spec,
                                                guard::control::JailSetting setting);

/// False: this setting cannot be changed while the jail runs.
[[nodiscard]] bool write_setting(ban::JailSpec& spec,
                                 guard::control::JailSetting setting,
                                 const guard::pickle::Value& value);

/// Of a setting that is a list. False: it is none, or `remove` names nothing that is there.
[[nodiscard]] bool add_to_setting(ban::JailSpec& spec,
                                  guard::control::JailSetting setting,
                                  const guard::pickle::Value& value);
[[nodiscard]] bool remove_from_setting(ban::JailSpec& spec,
                                       guard::control::JailSetting setting,
                                       const guard::pickle::Value& value);

[[nodiscard]] guard::pickle::Value read_bantime_option(const ban::JailSpec& spec,
                                                       std::string_view option);
[[nodiscard]] bool write_bantime_option(ban::JailSpec& spec,
                                        std::string_view option,
                                        const guard::pickle::Value& value);

}  // namespace spranga::daemon
