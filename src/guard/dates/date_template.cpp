#include "guard/dates/date_template.h"

#include <fmt/core.h>

#include <unordered_map>

#include "guard/dates/pattern_fields.h"
#include "guard/dates/word_bounds.h"
#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

constexpr std::string_view epoch_regex = "\\d{10,11}\\b(?:\\.\\d{3,6})?";
constexpr std::string_view long_epoch_regex = "\\d{10,11}(?:\\d{3}(?:\\.\\d{1,6}|\\d{3})?)?";

void set_regex(DateTemplate& out, std::string_view expression, Bounds bounds) {
  auto bound = add_bounds(expression, bounds);
  out.regex = std::move(bound.regex);
  out.at_line_begin = bound.line_begin;
  out.anchored = bound.line_begin || bound.line_end;
  if (bound.got_line_begin && !out.name.starts_with(line_begin_mark)) {
    out.name.insert(0, line_begin_mark);
  }
}

/// Length of {EPOCH} or {LEPOCH} at `at`, 0 = it is not there.
std::size_t epoch_mark_length(std::string_view pattern, std::size_t at) {
  if (at > 0 && pattern[at - 1] == '\\') {
    return 0;
  }
  for (const std::string_view mark : {"{EPOCH}", "{LEPOCH}"}) {
    if (text::starts_with_ignoring_case(pattern.substr(at), mark)) {
      return mark.size();
    }
  }
  return 0;
}

std::string with_epochs(std::string_view pattern, std::string_view regex) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    if (const auto length = epoch_mark_length(pattern, at); length > 0) {
      out += fmt::format("({})", regex);
      at += length;
    } else {
      out += pattern[at++];
    }
  }
  return out;
}

/// What the whole program has compiled; entries live as long as a template uses them.
class CompiledTemplates {
public:
  Result<std::shared_ptr<const CompiledTemplate>> get(const std::string& regex) {
    const std::scoped_lock lock(mutex_);
    auto& slot = known_[regex];
    if (auto there = slot.lock()) {
      return there;
    }
    auto compiled = Regex::compile(regex);
    if (!compiled) {
      known_.erase(regex);
      return Failure(std::move(compiled).error());
    }
    std::vector<CompiledTemplate::Field> fields;
    for (int group = 1; group <= compiled->group_count(); ++group) {
      if (const auto& name = compiled->group_name(group); name.size() == 1) {
        fields.push_back({group, name.front()});
      }
    }
    auto made = std::make_shared<const CompiledTemplate>(
        CompiledTemplate{*std::move(compiled), std::move(fields)});
    slot = made;
    return std::shared_ptr<const CompiledTemplate>(std::move(made));
  }

private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<const CompiledTemplate>> known_;
};

}  // namespace

bool has_epoch_mark(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (epoch_mark_length(pattern, at) > 0) {
      return true;
    }
  }
  return false;
}

Result<std::shared_ptr<const DateTemplate>> DateTemplate::from_pattern(const std::string& pattern,
                                                                       std::int64_t this_year) {
  std::string_view bare = pattern;
  Bounds bounds;
  if (bare.starts_with(unbound_mark)) {
    bare.remove_prefix(unbound_mark.size());
    bounds = {BeginBound::none, false};
  } else if (bare.starts_with(line_begin_mark)) {
    bare.remove_prefix(line_begin_mark.size());
    bounds.begin = BeginBound::line;
  }
  SPRANGA_TRY(auto expanded, expand_fields(bare, this_year));
  auto out = std::make_shared<DateTemplate>();
  out->pattern = pattern;
  out->name = std::move(expanded.name);
  set_regex(*out, (has_names(bare) ? "(?iu)" : "") + expanded.regex, bounds);
  return std::shared_ptr<const DateTemplate>(std::move(out));
}

std::shared_ptr<const DateTemplate> DateTemplate::epoch(bool long_form, bool at_line_begin) {
  const auto number = long_form ? long_epoch_regex : epoch_regex;
  auto out = std::make_shared<DateTemplate>();
  out->kind = long_form ? Kind::long_epoch : Kind::epoch;
  out->name = long_form ? "LongEpoch" : "Epoch";
  if (at_line_begin) {
    set_regex(*out,
              fmt::format("((?P<square>(?<=^\\[))?{})(?(square)(?=\\]))", number),
              {BeginBound::line, true});
  } else {
    set_regex(*out,
              fmt::format("((?:^|(?P<square>(?<=^\\[))|(?P<selinux>(?<=\\baudit\\()))"
                          "{})(?:(?(selinux)(?=:\\d+\\)))|(?(square)(?=\\])))",
                          number),
              {BeginBound::none, true});
  }
  return out;
}

std::shared_ptr<const DateTemplate> DateTemplate::epoch_within(const std::string& pattern,
                                                               bool long_form) {
  auto out = std::make_shared<DateTemplate>();
  out->kind = long_form ? Kind::long_epoch : Kind::epoch;
  out->name = pattern;
  out->value_group = 2;
  set_regex(*out,
            fmt::format("({})", with_epochs(pattern, long_form ? long_epoch_regex : epoch_regex)),
            {});
  return out;
}

std::shared_ptr<const DateTemplate> DateTemplate::tai64n(bool at_line_begin) {
  auto out = std::make_shared<DateTemplate>();
  out->kind = Kind::tai64n;
  out->name = "TAI64N";
  set_regex(*out, "@[0-9a-f]{24}", {at_line_begin ? BeginBound::line : BeginBound::none, true});
  return out;
}

Result<std::shared_ptr<const CompiledTemplate>> DateTemplate::compile() const {
  static CompiledTemplates all;
  auto compiled = all.get(regex);
  if (!compiled) {
    return fail(Errc::malformed,
                fmt::format("date pattern \"{}\": {}",
                            text::escape(pattern.value_or(name)),
                            compiled.error().detail));
  }
  return compiled;
}

}  // namespace spranga::guard
