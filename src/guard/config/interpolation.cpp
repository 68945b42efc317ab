#include "guard/config/interpolation.h"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <vector>

#include "guard/config/python_text.h"
#include "text/nearest.h"

namespace spranga::guard::config {

namespace {

constexpr int max_levels = 10;                         // ConfigParser's own
constexpr std::size_t max_filled = 4UL * 1024 * 1024;  // of a value filled in
constexpr std::size_t max_references = 100'000;

using Extras = std::map<std::string, const Value*>;

const Value* in_section(const Ini& ini, std::string_view section, std::string_view option) {
  const auto* found = ini.section(section);
  return found == nullptr ? nullptr : found->find(option);
}

/// "section/name" at the start of `text`, up to ")s"; 0 where there is none.
std::size_t reference_size(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && text[at] != '/') {
    const auto rune = rune_at(text, at);
    if (!is_word(rune.value) && rune.value != '-') {
      return 0;
    }
    at += rune.size;
  }
  const auto end = text.find(')', at);
  const bool named = at > 0 && end != std::string_view::npos && end > at + 1;
  return named && text.substr(end).starts_with(")s") ? end : 0;
}

class Interpolation {
public:
  Interpolation(const Scope& scope, std::string option, Problems& problems)
      : scope_(scope), option_(std::move(option)), problems_(problems) {
    name_ = text_value(scope.section);
  }

  [[nodiscard]] Result<void> fill(const Traced& rest, Extras extras, int depth) {
    if (depth > max_levels) {
      return too_deep(rest);
    }
    extras["__name__"] = &name_;
    add_references(rest.text(), extras);
    for (std::size_t at = 0; at < rest.text().size();) {
      const auto percent = rest.text().find('%', at);
      if (percent == std::string::npos) {
        out_.append(rest, at);
        break;
      }
      out_.append(rest, at, percent - at);
      if (rest.text().compare(percent, 2, "%%") == 0) {
        out_.append(rest, percent, 1);
        at = percent + 2;
        continue;
      }
      SPRANGA_TRY(at, reference(rest, percent, extras, depth));
    }
    return out_.text().size() > max_filled ? too_large(rest) : Result<void>();
  }

  [[nodiscard]] Traced take() { return std::move(out_); }

private:
  /// Fills in the reference at `at`, and says where it ends.
  [[nodiscard]] Result<std::size_t> reference(const Traced& rest,
                                              std::size_t at,
                                              const Extras& extras,
                                              int depth) {
    const auto& text = rest.text();
    if (text.compare(at, 2, "%(") != 0) {
      return bare_percent(rest, at);
    }
    const auto end = text.find(')', at);
    if (end == std::string::npos || end == at + 2 || text.compare(end, 2, ")s") != 0) {
      return no_reference(rest, at);
    }
    const auto name = lower(std::string_view(text).substr(at + 2, end - at - 2));
    const auto* value = find(name, extras);
    if (value == nullptr) {
      return unknown(rest, at, name);
    }
    if (value->kind == Value::Kind::none || value->kind == Value::Kind::integer) {
      return no_text(rest.place_at(at), name, *value);
    }
    if (value->str().find('%') == std::string::npos) {
      out_.append(value->text);
    } else if (++steps_ > max_references) {
      return fail(Errc::too_large, too_large(rest).error().detail);
    } else {
      SPRANGA_CHECK(fill(value->text, extras, depth + 1));
    }
    if (out_.text().size() > max_filled) {
      return fail(Errc::too_large, too_large(rest).error().detail);
    }
    return end + 2;
  }

  [[nodiscard]] const Value* find(const std::string& name, const Extras& extras) const {
    if (const auto extra = extras.find(name); extra != extras.end()) {
      return extra->second;
    }
    return get_raw(scope_, name);
  }

  /// "section/name" references of a text become names of their own.
  void add_references(std::string_view text, Extras& extras) const {
    for (auto at = text.find("%("); at != std::string_view::npos; at = text.find("%(", at + 2)) {
      const auto rest = text.substr(at + 2);
      const std::string whole(rest.substr(0, reference_size(rest)));
      if (whole.empty() || find(whole, extras) != nullptr) {
        continue;
      }
      const auto slash = whole.find('/');
      const auto* value = referred(whole.substr(0, slash), whole.substr(slash + 1));
      if (value != nullptr) {
        extras[whole] = value;
      }
    }
  }

  [[nodiscard]] const Value* referred(const std::string& section, const std::string& option) const {
    const auto& ini = scope_.ini;
    const auto kind = lower(section);
    if (kind == "known") {
      const auto* known = in_section(ini, "KNOWN/" + scope_.section, option);
      return known != nullptr ? known : ini.defaults.find(option);
    }
    if (kind != "default") {
      if (ini.section(section) == nullptr) {
        return nullptr;
      }
      if (const auto* value = in_section(ini, section, option)) {
        return value;
      }
    }
    return ini.defaults.find(option);
  }

  /// The option as it is written, for Python's messages.
  [[nodiscard]] std::string raw(const Traced& rest) const {
    const auto* value = get_raw({scope_.ini, scope_.section, nullptr}, option_);
    return value == nullptr                                          ? repr(rest.text())
           : value->is_none() || value->kind == Value::Kind::integer ? value->str()
                                                                     : repr(value->str());
  }

  [[nodiscard]] std::string where() const { return "[" + scope_.section + "] " + option_; }

  [[nodiscard]] Failure bare_percent(const Traced& rest, std::size_t at) {
    return problems_.refuse(rest.place_at(at),
                            where() + ": a % that stands alone must be written %%",
                            "'%' must be followed by '%' or '(', found: " +
                                repr(std::string_view(rest.text()).substr(at)));
  }

  [[nodiscard]] Failure no_reference(const Traced& rest, std::size_t at) {
    return problems_.refuse(
        rest.place_at(at),
        where() + ": \"%(\" without \"name)s\"; a plain % is written %%",
        "bad interpolation variable reference " + repr(std::string_view(rest.text()).substr(at)));
  }

  [[nodiscard]] Failure unknown(const Traced& rest, std::size_t at, const std::string& name) {
    auto ours = where() + ": there is no %(" + name + ")s";
    std::vector<std::string_view> known;
    for (const auto* options : {scope_.ini.section(scope_.section), &scope_.ini.defaults}) {
      if (options != nullptr) {
        for (const auto& [option, value] : *options) {
          known.push_back(option);
        }
      }
    }
    if (const auto nearest = text::nearest(name, known); !nearest.empty()) {
      ours += "; did you mean %(" + std::string(nearest) + ")s?";
    }
    return problems_.refuse(
        rest.place_at(at),
        std::move(ours),
        fmt::format("Bad value substitution: option {} in section {} contains an interpolation key "
                    "{} which is not a valid option name. Raw value: {}",
                    repr(option_),
                    repr(scope_.section),
                    repr(name),
                    raw(rest)));
  }

  [[nodiscard]] Failure no_text(const Place& place, const std::string& name, const Value& value) {
    return problems_.refuse(
        place,
        where() + ": %(" + name + ")s is a number or not set, and cannot be filled in here",
        fmt::format("argument of type '{}' is not iterable", value.is_none() ? "NoneType" : "int"));
  }

  [[nodiscard]] Result<void> too_deep(const Traced& rest) {
    return problems_.refuse(
        rest.place_at(0),
        where() + ": its %(…)s go in a circle, or are nested more than ten deep",
        fmt::format("Recursion limit exceeded in value substitution: option {} in section {} "
                    "contains an interpolation key which cannot be substituted in 10 steps. Raw "
                    "value: {}",
                    repr(option_),
                    repr(scope_.section),
                    raw(rest)));
  }

  [[nodiscard]] Result<void> too_large(const Traced& rest) {
    return problems_.refuse(rest.place_at(0),
                            where() + ": with its %(…)s filled in it is larger than 4 MB",
                            "the value of option " + repr(option_) + " is too large");
  }

  const Scope& scope_;
  std::string option_;
  Problems& problems_;
  Value name_;
  Traced out_;
  std::size_t steps_{0};
};

}  // namespace

const Value* get_raw(const Scope& scope, const std::string& option) {
  const auto* value = scope.vars == nullptr ? nullptr : scope.vars->find(option);
  value = value != nullptr ? value : in_section(scope.ini, scope.section, option);
  return value != nullptr ? value : scope.ini.defaults.find(option);
}

Result<std::optional<Value>> get(const Scope& scope,
                                 const std::string& option,
                                 Problems& problems) {
  const auto name = lower(option);
  const auto* raw = get_raw(scope, name);
  if (raw == nullptr) {
    return std::optional<Value>();
  }
  if (raw->is_none()) {
    return std::optional<Value>(*raw);
  }
  if (raw->kind == Value::Kind::integer) {
    // Only the options of a filter that are merged into its jail are not text.
    return problems.refuse(raw->written,
                           "[" + scope.section + "] " + name + " is a number already",
                           "'int' object is not subscriptable");
  }
  Interpolation interpolation(scope, name, problems);
  SPRANGA_CHECK(interpolation.fill(raw->text, {}, 1));
  auto filled = interpolation.take();
  if (filled.empty()) {
    filled.append("", raw->written);
  }
  return std::optional<Value>({Value::Kind::text, std::move(filled), raw->written, raw->overrode});
}

}  // namespace spranga::guard::config
