#include "guard/actions/properties.h"

#include <algorithm>
#include <utility>

#include "text/ascii.h"
#include "text/python_repr.h"

namespace spranga::guard::actions {

namespace {

/// A tag is replaced so often within one value, and a command is gone through so often.
constexpr int most_replacements = 25;

/// Values that hold what clients sent: never filled in here, whatever an option of the name says.
bool is_of_the_moment(std::string_view tag) {
  return tag == "matches" || tag == "ipmatches" || tag == "ipjailmatches";
}

/// "NAME?family=…"
bool is_conditional(std::string_view option) {
  return option.find("?family=") != std::string_view::npos;
}

std::string condition_of(const Family& family) {
  return family.empty() || family == no_family ? "" : "?family=" + family;
}

std::string number_text(std::chrono::milliseconds time) {
  constexpr auto thousand = 1000;
  auto whole = std::to_string(time.count() / thousand);
  if (time.count() % thousand == 0) {
    return whole;
  }
  auto rest = std::to_string(thousand + time.count() % thousand).substr(1);
  rest.erase(rest.find_last_not_of('0') + 1);
  return whole + "." + rest;
}

using Tags = std::map<std::string, std::string, std::less<>>;

/// What a tag means under a condition, "?family=inet6" or "".
const std::string* look_up(const Tags& tags, std::string_view tag, const std::string& condition) {
  if (!condition.empty()) {
    if (const auto special = tags.find(std::string(tag) + condition); special != tags.end()) {
      return &special->second;
    }
  }
  const auto found = tags.find(tag);
  return found == tags.end() ? nullptr : &found->second;
}

/// With a backslash before what a shell might take for more than text.
std::string backslashed(std::string_view value) {
  constexpr std::string_view special = "\\#&;`|*?~<>^()[]{}$'\"\n\r";
  std::string out;
  for (const char c : value) {
    if (special.find(c) != std::string_view::npos) {
      out += '\\';
    }
    out += c == '\n' ? 'n' : c == '\r' ? 'r' : c;
  }
  return out;
}

/// Every "<tag>" in `value` replaced, however often it stands there.
void replace_each(std::string& value, const std::string& tag, const std::string& by) {
  const auto wanted = "<" + tag + ">";
  for (auto at = value.find(wanted); at != std::string::npos; at = value.find(wanted, at)) {
    value.replace(at, wanted.size(), by);
    at += by.size();
  }
}

using Counts = std::map<std::string, int>;

/// In fail2ban's words, with Python's dict of what was replaced how often.
Failure leads_back(const std::string& tag,
                   const std::string& found,
                   const Counts& counts,
                   const std::string& value) {
  std::string replaced;
  for (const auto& [name, count] : counts) {
    if (count > 0) {
      replaced +=
          (replaced.empty() ? "" : ", ") + text::python_repr(name) + ": " + std::to_string(count);
    }
  }
  return fail(Errc::malformed,
              "properties contain self referencing definitions and cannot be resolved, fail tag: " +
                  tag + ", found: " + found + " in {" + replaced + "}, value: " + value);
}

}  // namespace

TagPlace next_tag(std::string_view text, std::size_t from) {
  for (;;) {
    const auto begin = text.find('<', from);
    if (begin == std::string_view::npos) {
      return {};
    }
    const auto end = text.find_first_of(" <>", begin + 1);
    if (end == std::string_view::npos) {
      return {};
    }
    if (text[end] == '>' && end > begin + 1) {
      return {begin, end + 1};
    }
    from = text[end] == '<' ? end : end + 1;
  }
}

Properties::Properties(const ban::ActionSpec& spec, HostName host_name, bool ipv6)
    : host_name_(std::move(host_name)) {
  for (const auto name : fail2ban_commands) {
    options_[std::string(name)];
  }
  options_["timeout"] = number_text(spec.timeout);
  for (const auto& [name, value] : spec.options) {
    if (name != "bantime" && name != "timeout") {  // that of the ban counts; that one is read
      options_[name] = value;
    }
  }
  bool has_families = false;
  for (const auto& [name, value] : options_) {
    has_families = has_families || is_conditional(name);
  }
  auto wanted = raw("families");
  std::ranges::replace_if(
      wanted, [](char c) { return c == ',' || c == '\n'; }, ' ');
  for (const auto word : text::split_words(wanted)) {
    families_.emplace_back(word);
  }
  if (families_.empty()) {
    families_ = !has_families ? std::vector<Family>{""}
                : ipv6        ? std::vector<Family>{"inet4", "inet6"}
                              : std::vector<Family>{"inet4"};
  }
  const auto& on_demand = raw("actionstart_on_demand");
  const bool said = options_.contains("actionstart_on_demand") && on_demand != "None";
  starts_on_demand_ = said ? is_true("actionstart_on_demand") : has_families;
}

const std::string& Properties::raw(const std::string& option) const {
  static const std::string nothing;
  const auto found = options_.find(option);
  return found == options_.end() ? nothing : found->second;
}

bool Properties::is_true(const std::string& option) const {
  const auto& value = raw(option);
  return !value.empty() && value != "False" && value != "None";
}

std::optional<std::string> Properties::additional(std::string_view tag) const {
  if (tag == "br") {
    return "\n";
  }
  if (tag == "sp") {
    return " ";
  }
  if (tag == "fq-hostname" || tag == "sh-hostname") {
    return host_name_(tag == "fq-hostname");
  }
  return std::nullopt;
}

namespace {

/// Options filled in with one another until nothing changes, in fail2ban's way: each sees what the
/// ones before it have become.
class Substitution {
public:
  Substitution(const Tags& options, std::string condition)
      : tags_(options), condition_(std::move(condition)) {}

  [[nodiscard]] Result<Tags> run() {
    for (bool again = true; again;) {
      again = false;
      for (auto& [tag, value] : tags_) {
        if (!is_of_the_moment(tag) && value.find('<') != std::string::npos) {
          SPRANGA_TRY(const bool more, fill(tag, value));
          again = again || more;
        }
      }
    }
    return std::move(tags_);
  }

private:
  /// Whether something was replaced, and something may still be.
  [[nodiscard]] Result<bool> fill(const std::string& tag, std::string& value) {
    bool changed = false;
    auto& counts = counts_[tag];
    for (auto place = next_tag(value, 0); place.begin != std::string::npos;) {
      const std::string name(place.name(value));
      if (is_of_the_moment(name)) {
        place = next_tag(value, place.end);
        continue;
      }
      if (name == tag || counts[name] > most_replacements) {
        return leads_back(tag, name, counts, value);
      }
      const auto* by = look_up(tags_, name, condition_);
      if (by == nullptr) {
        place = next_tag(value, place.end);
        continue;
      }
      if (value.size() + by->size() > longest_value) {
        return fail(Errc::too_large, "the value of " + tag + " grows without end");
      }
      replace_each(value, name, std::string(*by));
      changed = true;
      ++counts[name];
      place = next_tag(value, place.begin);
    }
    return changed && next_tag(value, 0).begin != std::string::npos;
  }

  static constexpr std::size_t longest_value = 1UL << 20U;

  Tags tags_;
  std::string condition_;
  std::map<std::string, Counts> counts_;
};

}  // namespace

Result<const Properties::Tags*> Properties::substituted(const Family& family) {
  const auto known = cache_.find(family);
  if (known != cache_.end()) {
    return &known->second;
  }
  SPRANGA_TRY(auto tags, Substitution(options_, condition_of(family)).run());
  return &(cache_[family] = std::move(tags));
}

Result<std::string> Properties::command(const std::string& name, const Family& family) {
  return filled("<" + name + ">", family);
}

Result<std::string> Properties::filled(const std::string& text, const Family& family) {
  SPRANGA_TRY(const auto* const tags, substituted(family));
  const auto condition = condition_of(family);
  const auto value = [&](std::string_view tag) -> std::optional<std::string> {
    const auto* found = look_up(*tags, tag, condition);
    if (found == nullptr) {
      return additional(tag);
    }
    return is_of_the_moment(tag) ? backslashed(*found) : *found;
  };
  auto out = text;
  for (int left = most_replacements + 1; left > 0; --left) {
    auto next = replace_tags(out, value);
    if (next == out || next.find('<') == std::string::npos) {
      return next;
    }
    out = std::move(next);
  }
  return fail(
      Errc::malformed,
      "unexpected too long replacement interpolation, possible self referencing definitions "
      "in query: " +
          out);
}

std::set<std::string> moment_tags(const ban::ActionSpec& spec) {
  std::set<std::string> out;
  for (const auto& [name, value] : spec.options) {
    out.merge(moment_tags(value));
  }
  std::erase_if(out, [&](const std::string& tag) { return spec.option(tag) != nullptr; });
  return out;
}

std::set<std::string> moment_tags(std::string_view command) {
  std::set<std::string> out;
  for (auto tag = next_tag(command, 0); tag.begin != std::string::npos;
       tag = next_tag(command, tag.end)) {
    out.emplace(tag.name(command));
  }
  return out;
}

}  // namespace spranga::guard::actions
