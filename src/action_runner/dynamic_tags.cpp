#include "action_runner/dynamic_tags.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "action_runner/quoting.h"
#include "text/ascii.h"
#include "text/python_repr.h"

namespace spranga::action_runner {

namespace {

/// What fail2ban never puts into a command's text.
constexpr std::string_view special = "\\#&;`|*?~<>^()[]{}$'\"\n\r";

/// What means itself wherever it stands. Others may split a word, or turn it into an assignment.
bool is_harmless(char c) {
  constexpr std::string_view marks = "_./:@,+%-";
  const bool letter = text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z';
  return letter || text::is_digit(c) || marks.find(c) != std::string_view::npos ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_word_character(char c) {
  return (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z') || text::is_digit(c) || c == '_';
}

/// "F-USER" → "user", as the ticket's data call it; nothing where the tag is none of these.
std::optional<std::string> field_name(std::string_view tag) {
  if (!tag.starts_with("F-") || tag.size() == 2) {
    return std::nullopt;
  }
  tag.remove_prefix(2);
  const bool fits = std::ranges::all_of(tag, [](char c) {
    return (c >= 'A' && c <= 'Z') || text::is_digit(c) || c == '_' || c == '-';
  });
  if (!fits) {
    return std::nullopt;
  }
  auto name = text::to_lower(tag);
  return name == "id" ? "fid" : name == "port" ? "fport" : name;
}

/// Writes the command anew, piece by piece, and knows within which quotes it is.
class Writer {
public:
  void literal(std::string_view piece) {
    quoting_.feed(piece);
    text_ += piece;
  }

  /// `next`: what stands behind the tag.
  void value(const std::string& name, const std::string& value, std::string_view next) {
    const bool pasted =
        std::ranges::all_of(value, is_harmless) ||
        (quoting_.in_single_quotes() && value.find_first_of(special) == std::string::npos);
    if (pasted) {
      text_ += value;
      return;
    }
    auto variable = "f2bV_" + name;
    std::ranges::replace_if(
        variable, [](char c) { return !is_word_character(c); }, '_');
    auto& list = name.starts_with("F_") ? fields_ : tags_;
    if (std::ranges::find(list, variable, &Variable::first) == list.end()) {
      list.emplace_back(variable, value);
    }
    const bool runs_on = !next.empty() && is_word_character(next.front());
    text_ += runs_on ? "${" + variable + "}" : "$" + variable;
  }

  [[nodiscard]] Command take() {
    Command out;
    std::string set;
    std::ranges::move(fields_, std::back_inserter(tags_));  // fail2ban's order
    for (std::size_t i = 0; i < tags_.size(); ++i) {
      const auto number = std::to_string(i);
      set += tags_[i].first + "=$" + (number.size() > 1 ? "{" + number + "}" : number) + " ";
      out.arguments.push_back(std::move(tags_[i].second));
    }
    out.text = (set.empty() ? "" : set + "\n") + text_;
    return out;
  }

private:
  using Variable = std::pair<std::string, std::string>;

  std::string text_;
  Quoting quoting_;
  std::vector<Variable> tags_;
  std::vector<Variable> fields_;
};

}  // namespace

std::string to_log_text(const Command& command) {
  if (command.arguments.empty()) {
    return command.text;
  }
  auto out = "[" + text::python_repr(command.text);
  for (const auto& argument : command.arguments) {
    out += ", " + text::python_repr(argument);
  }
  return out + "]";
}

Command with_values(std::string_view text, const Values& values, const Additional& additional) {
  Writer out;
  std::size_t done = 0;
  for (auto tag = guard::actions::next_tag(text, 0); tag.begin != std::string_view::npos;
       tag = guard::actions::next_tag(text, tag.end)) {
    const auto name = tag.name(text);
    const auto rest = text.substr(tag.end);
    out.literal(text.substr(done, tag.begin - done));
    done = tag.end;
    if (const auto value = values.tag(name)) {
      out.value(std::string(name), *value, rest);
    } else if (const auto more = additional(name)) {
      out.literal(*more);
    } else if (const auto field = field_name(name)) {
      out.value("F_" + *field, values.field(*field), rest);
    } else {
      out.literal(text.substr(tag.begin, tag.end - tag.begin));
    }
  }
  out.literal(text.substr(done));
  return out.take();
}

std::string with_family(std::string_view text,
                        const guard::actions::Family& family,
                        const Additional& additional) {
  return guard::actions::replace_tags(
      text, [&](std::string_view tag) -> std::optional<std::string> {
        if (tag == "family") {
          return family;
        }
        return field_name(tag) ? std::optional<std::string>("") : additional(tag);
      });
}

}  // namespace spranga::action_runner
