#include "guard/actions/script.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "text/escape.h"

namespace spranga::guard::actions {

namespace {

struct Parameter {
  std::string_view name;
  void (*set)(SmtpScript& script, const std::string& value);
};

constexpr std::array parameters = {
    Parameter{"host", [](SmtpScript& s, const std::string& v) { s.host = v; }},
    Parameter{"user", [](SmtpScript& s, const std::string& v) { s.user = v; }},
    Parameter{"password", [](SmtpScript& s, const std::string& v) { s.password = v; }},
    Parameter{"sendername", [](SmtpScript& s, const std::string& v) { s.sendername = v; }},
    Parameter{"sender", [](SmtpScript& s, const std::string& v) { s.sender = v; }},
    Parameter{"dest", [](SmtpScript& s, const std::string& v) { s.dest = v; }},
    Parameter{"matches", [](SmtpScript& s, const std::string& v) { s.matches = v; }},
};

std::string_view basename(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_kind_of_matches(std::string_view value) {
  return value.empty() || value == "matches" || value == "ipmatches" || value == "ipjailmatches";
}

}  // namespace

Result<SmtpScript> script_of(const ban::ActionSpec& spec) {
  if (basename(spec.file) != "smtp.py") {
    return fail(Errc::not_found,
                text::escape(spec.file) + " is a Python script, and spranga runs none but smtp.py");
  }
  SmtpScript out;
  for (const auto& [name, value] : spec.options) {
    const auto* const known = std::ranges::find(parameters, name, &Parameter::name);
    if (known == parameters.end()) {
      return fail(Errc::malformed,
                  text::escape(spec.file) + " has no parameter " + text::escape(name));
    }
    known->set(out, value);
  }
  if (!is_kind_of_matches(out.matches)) {
    return fail(Errc::malformed,
                text::escape(spec.file) + ": matches = " + text::escape(out.matches) +
                    ": choose matches, ipmatches or ipjailmatches");
  }
  return out;
}

}  // namespace spranga::guard::actions
