#include "guard/dates/template_list.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>

#include "guard/dates/word_bounds.h"
#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

using FormPtr = std::shared_ptr<const DateTemplate>;

constexpr double line_begin_weight = 100.0;
constexpr std::string_view date_mark = "{DATE}";

// fail2ban's, in its order (reference B7).
constexpr std::array<const char*, 17> default_patterns = {
    "%ExY(?P<_sep>[-/.])%m(?P=_sep)%d(?:T|  ?)%H:%M:%S(?:[.,]%f)?(?:\\s*%z)?",
    "(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?",
    "(?:%a )?%b %d %ExY %k:%M:%S(?:\\.%f)?",
    "%d(?P<_sep>[-/])%m(?P=_sep)(?:%ExY|%Exy) %k:%M:%S",
    "%d(?P<_sep>[-/])%b(?P=_sep)%ExY[ :]?%H:%M:%S(?:\\.%f)?(?: %z)?",
    "%m/%d/%ExY:%H:%M:%S",
    "%m-%d-%ExY %k:%M:%S(?:\\.%f)?",
    "EPOCH",
    "{^LN-BEG}%H:%M:%S",
    "^<%m/%d/%Exy@%H:%M:%S>",
    "%Exy%Exm%Exd  ?%H:%M:%S",
    "%b %d, %ExY %I:%M:%S %p",
    "^%b-%d-%Exy %k:%M:%S",
    "%ExY%Exm%Exd(?:T|  ?)%ExH%ExM%ExS(?:[.,]%f)?(?:\\s*%z)?",
    "(?:%Z )?(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?",
    "(?:%z )?(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?",
    "TAI64N"};

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

/// Words such as EPOCH may be written in any case; in a pattern with fields every letter counts.
std::string key_of(const std::string& pattern) {
  return pattern.find('%') == std::string::npos ? upper_case(pattern) : pattern;
}

bool is_word_or_anchored(std::string_view key, std::string_view word) {
  return key == word || key == "^" + std::string(word) ||
         key == std::string(line_begin_mark) + std::string(word);
}

/// `before` with what `pattern` matches instead of each {DATE}.
std::string with_date(std::string_view before, std::string_view pattern) {
  std::string out;
  for (std::size_t at = 0; at < before.size();) {
    const bool escaped = at > 0 && before[at - 1] == '\\';
    if (!escaped && text::starts_with_ignoring_case(before.substr(at), date_mark)) {
      out += without_bounds(pattern);
      at += date_mark.size();
    } else {
      out += before[at++];
    }
  }
  return out;
}

constexpr std::string_view separators = " ,:/@<>=_-T";

std::string_view without_begin(std::string_view pattern) {
  const auto mark = pattern.starts_with(line_begin_mark) ? line_begin_mark.size()
                    : pattern.starts_with('^')           ? 1
                                                         : 0;
  return pattern.substr(mark);
}

/// Length of the field or the plain character that `pattern` begins with; 0: of something else.
std::size_t plain_length(std::string_view pattern) {
  if (pattern.starts_with('%')) {
    const std::size_t length = pattern.starts_with("%Ex") ? 4 : 2;
    return pattern.size() < length || pattern[length - 1] == '%' ? 0 : length;
  }
  return !pattern.empty() && separators.find(pattern.front()) != std::string_view::npos ? 1 : 0;
}

/// Nothing but fields, each followed by a character of its own that is no digit, and characters
/// that stand for themselves.
bool is_all_plain(std::string_view pattern) {
  while (!pattern.empty()) {
    const auto length = plain_length(pattern);
    const auto rest = pattern.substr(length);
    if (length == 0 || (pattern.front() == '%' && !rest.empty() &&
                        separators.find(rest.front()) == std::string_view::npos)) {
      return false;
    }
    pattern = rest;
  }
  return true;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

/// With one way of writing what makes no difference to a date whose parts all have two digits.
std::string in_one_way(std::string_view pattern) {
  std::string out(without_begin(pattern));
  replace_all(out, "%k", "%H");
  replace_all(out, "[T ]", "(?:T|  ?)");
  return out;
}

/// Whether SameShape holds for it: nothing but fields and plain characters, or like one of the
/// default templates.
bool is_plain(std::string_view pattern) {
  return is_all_plain(without_begin(pattern)) ||
         std::ranges::any_of(default_patterns, [one = in_one_way(pattern)](const char* other) {
           return in_one_way(other) == one;
         });
}

class TemplateList {
public:
  explicit TemplateList(std::int64_t this_year) : this_year_(this_year) {}

  Result<void> add(const std::string& pattern);
  Result<void> add_defaults(bool line_begin_only);
  Result<void> add_defaults_within(const std::string& pattern);

  std::vector<WeightedTemplate> take() { return std::move(list_); }

  [[nodiscard]] bool empty() const { return list_.empty(); }

private:
  [[nodiscard]] Result<std::vector<WeightedTemplate>> make_defaults() const;
  [[nodiscard]] Result<FormPtr> make(const std::string& pattern, const std::string& key) const;

  /// The form of `form` with its pattern, or its name where it has none, passed through `wrap`.
  [[nodiscard]] Result<FormPtr> wrapped(
      const DateTemplate& form, const std::function<std::string(std::string_view)>& wrap) const;
  Result<void> append(WeightedTemplate added, bool twice_is_fine);

  std::int64_t this_year_;
  std::vector<WeightedTemplate> list_;
};

Result<FormPtr> TemplateList::make(const std::string& pattern, const std::string& key) const {
  const bool long_form = key.find("LEPOCH") != std::string::npos;
  if (key.find("EPOCH") != std::string::npos) {
    if (has_epoch_mark(pattern)) {
      return DateTemplate::epoch_within(pattern, long_form);
    }
    for (const std::string_view word : {"EPOCH", "LEPOCH"}) {
      if (is_word_or_anchored(key, word)) {
        return DateTemplate::epoch(word == "LEPOCH", key != word);
      }
    }
  }
  if (is_word_or_anchored(key, "TAI64N")) {
    return DateTemplate::tai64n(key != "TAI64N");
  }
  return DateTemplate::from_pattern(pattern, this_year_);
}

Result<FormPtr> TemplateList::wrapped(
    const DateTemplate& form, const std::function<std::string(std::string_view)>& wrap) const {
  const auto pattern = wrap(form.pattern.value_or(form.name));
  return make(pattern, key_of(pattern));
}

Result<void> TemplateList::append(WeightedTemplate added, bool twice_is_fine) {
  const auto same = std::ranges::find_if(
      list_, [&](const WeightedTemplate& there) { return there.form->name == added.form->name; });
  if (same == list_.end()) {
    list_.push_back(std::move(added));
    return {};
  }
  if (!twice_is_fine) {
    return fail(Errc::malformed,
                fmt::format("date pattern \"{}\" is there twice", text::escape(added.form->name)));
  }
  if (same->form->pattern == added.form->pattern) {
    same->weight = added.weight;  // it is one template for fail2ban
  }
  return {};
}

/// First those that begin a line, then all of them anywhere.
Result<std::vector<WeightedTemplate>> TemplateList::make_defaults() const {
  std::vector<WeightedTemplate> out;
  std::vector<WeightedTemplate> anywhere;
  for (const std::string pattern : default_patterns) {
    SPRANGA_TRY(auto form, make(pattern, key_of(pattern)));
    if (!form->name.starts_with('^') && !form->name.starts_with(line_begin_mark)) {
      SPRANGA_TRY(auto at_begin, wrapped(*form, [](std::string_view inner) {
                    return std::string(line_begin_mark) + std::string(inner);
                  }));
      out.push_back({std::move(at_begin), line_begin_weight, true, nullptr});
    }
    anywhere.push_back({std::move(form), 1.0, true, nullptr});
  }
  std::ranges::move(anywhere, std::back_inserter(out));
  return out;
}

Result<void> TemplateList::add_defaults(bool line_begin_only) {
  const bool twice_is_fine = !list_.empty();
  SPRANGA_TRY(auto defaults, make_defaults());
  for (auto& one : defaults) {
    if (!line_begin_only || one.form->at_line_begin) {
      SPRANGA_CHECK(append(std::move(one), twice_is_fine));
    }
  }
  return {};
}

Result<void> TemplateList::add_defaults_within(const std::string& pattern) {
  const bool twice_is_fine = !list_.empty();
  const bool plain = text::equal_ignoring_case(without_begin(pattern), date_mark);
  for (const std::string one : default_patterns) {
    SPRANGA_TRY(const auto form, make(one, key_of(one)));
    SPRANGA_TRY(auto within,
                wrapped(*form, [&](std::string_view inner) { return with_date(pattern, inner); }));
    SPRANGA_TRY(auto compiled, within->compile());
    SPRANGA_CHECK(append({std::move(within), 1.0, plain, std::move(compiled)}, twice_is_fine));
  }
  return {};
}

Result<void> TemplateList::add(const std::string& pattern) {
  const auto key = key_of(pattern);
  if (key == line_begin_mark) {
    return add_defaults(true);
  }
  if (key == "{DEFAULT}") {  // fail2ban adds nothing: alone it means the default templates,
    return {};               // beside others it is ignored
  }
  if (key.find(date_mark) != std::string::npos) {
    return add_defaults_within(pattern);
  }
  SPRANGA_TRY(auto form, key == "{NONE}" ? make("{UNB}^", key) : make(pattern, key));
  SPRANGA_TRY(auto compiled, form->compile());
  return append({std::move(form), 1.0, is_plain(pattern), std::move(compiled)}, false);
}

}  // namespace

std::string_view plain_start(std::string_view pattern) {
  const auto bare = without_begin(pattern);
  constexpr std::string_view repeats = "?*+{";
  auto rest = bare;
  while (const auto length = plain_length(rest)) {
    if (rest.size() > length && repeats.find(rest[length]) != std::string_view::npos) {
      break;
    }
    rest.remove_prefix(length);
  }
  // Another alternative may do without, flags may change what stands there.
  const bool certain = rest.find('|') == rest.npos && rest.find("(?") == rest.npos;
  return certain ? bare.substr(0, bare.size() - rest.size()) : std::string_view();
}

Result<std::vector<WeightedTemplate>> list_templates(const std::optional<std::string>& datepattern,
                                                     std::int64_t this_year) {
  TemplateList list(this_year);
  std::string_view rest = datepattern ? std::string_view(*datepattern) : std::string_view{};
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (const auto line = text::trim(rest.substr(0, end)); !line.empty()) {
      SPRANGA_CHECK(list.add(std::string(line)));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (list.empty()) {
    SPRANGA_CHECK(list.add_defaults(false));
  }
  return list.take();
}

}  // namespace spranga::guard
