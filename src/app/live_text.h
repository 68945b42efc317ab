// What the running guard answers, as a person reads it.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace spranga::app {

[[nodiscard]] std::string status_text(const nlohmann::ordered_json& status);
[[nodiscard]] std::string jails_text(const nlohmann::ordered_json& jails);
[[nodiscard]] std::string top_text(const nlohmann::ordered_json& top);
[[nodiscard]] std::string why_text(const nlohmann::ordered_json& why);

}  // namespace spranga::app
