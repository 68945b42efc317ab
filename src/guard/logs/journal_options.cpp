#include "guard/logs/journal_options.h"

#include <charconv>
#include <utility>

#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

constexpr std::string_view journal_backend = "systemd";

Failure not_understood(std::string_view backend, const std::string& why) {
  return fail(Errc::malformed, "backend " + text::escape(backend) + ": " + why);
}

std::string_view stripped(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n");
  const auto last = text.find_last_not_of(" \t\n");
  return first == std::string_view::npos ? "" : text.substr(first, last + 1 - first);
}

/// `name = value`, the value in quotes or up to the comma; takes it off `rest`.
std::optional<std::pair<std::string_view, std::string_view>> take_option(std::string_view& rest) {
  const auto equals = rest.find('=');
  if (equals == std::string_view::npos) {
    return std::nullopt;
  }
  const auto name = stripped(rest.substr(0, equals));
  auto value = rest.substr(equals + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t\n"), value.size()));
  const bool quoted = value.starts_with('"') || value.starts_with('\'');
  const auto end = quoted ? value.find(value.front(), 1) : std::min(value.find(','), value.size());
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  rest = value.substr(end);
  const auto comma = rest.find(',');
  rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
  return std::pair(name, quoted ? value.substr(1, end - 1) : stripped(value.substr(0, end)));
}

std::optional<int> number_of(std::string_view text) {
  int out = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && out >= 0
             ? std::optional(out)
             : std::nullopt;
}

}  // namespace

bool is_journal_backend(std::string_view backend) {
  const auto name = stripped(backend.substr(0, backend.find('[')));
  return name == journal_backend;
}

Result<JournalOptions> journal_options_of(std::string_view backend) {
  JournalOptions out;
  const auto open = backend.find('[');
  if (open == std::string_view::npos) {
    return out;
  }
  const auto close = backend.rfind(']');
  if (close == std::string_view::npos || close < open) {
    return not_understood(backend, "the bracket is not closed");
  }
  auto rest = backend.substr(open + 1, close - open - 1);
  while (!stripped(rest).empty()) {
    const auto option = take_option(rest);
    if (!option) {
      return not_understood(backend, "name=value is expected");
    }
    const auto& [name, value] = *option;
    if (name == "journalpath") {
      out.path = value;
    } else if (name == "journalfiles") {
      for (const auto word : text::split_words(value)) {
        out.files.emplace_back(word);
      }
    } else if (name == "journalflags") {
      out.flags = number_of(value);
      if (!out.flags) {
        return not_understood(backend, "journalflags is a number");
      }
    } else if (name == "namespace") {
      out.name_space = value;
    }
  }
  return out;
}

}  // namespace spranga::guard
