#include "guard/config/parameters.h"

#include <fmt/format.h>

#include <optional>

#include "guard/config/python_text.h"

namespace spranga::guard::config {

namespace {

constexpr auto npos = std::string_view::npos;

/// Bytes of a parameter's name at `at`.
std::size_t name_size(std::string_view text, std::size_t at) {
  const auto from = at;
  while (at < text.size()) {
    const auto rune = rune_at(text, at);
    const bool belongs =
        rune.valid && (is_word(rune.value) || rune.value == '-' || rune.value == '.');
    if (!belongs) {
      break;
    }
    at += rune.size;
  }
  return at - from;
}

/// $ of a Python expression: the end, or before a line end that is the last byte.
bool at_end(std::string_view text, std::size_t at) {
  return at == text.size() || (at + 1 == text.size() && text[at] == '\n');
}

/// "]" blanks "[" between two groups of parameters.
std::size_t group_break(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != ']') {
    return 0;
  }
  const auto next = at + 1 + blanks_at(text, at + 1);
  return next < text.size() && text[next] == '[' ? next + 1 - at : 0;
}

class ParameterReader {
public:
  ParameterReader(std::string_view text, const Place& place) : text_(text), place_(place) {}

  [[nodiscard]] Result<Section> run() {
    while (at_ < text_.size()) {
      SPRANGA_TRY(const bool found, parameter());
      if (found) {
        continue;
      }
      const auto comma = at_ < text_.size() && text_[at_] == ',' ? at_ + 1 : at_;
      if (comma + blanks_at(text_, comma) != text_.size()) {
        return fail(Errc::malformed,
                    fmt::format("expected option, wrong syntax at {}: {}",
                                length(text_.substr(0, at_)),
                                head(text_.substr(at_), 25)));
      }
      break;
    }
    return std::move(out_);
  }

private:
  [[nodiscard]] Result<bool> parameter() {
    const auto start = at_ + blanks_at(text_, at_);
    const auto end = start + name_size(text_, start);
    if (end == start || end >= text_.size() || text_[end] != '=') {
      return false;
    }
    const std::string name(text_.substr(start, end - start));
    at_ = end + 1;
    out_.set(name, text_value(strip(value()), place_));
    return behind(name);
  }

  [[nodiscard]] std::string_view value() {
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote == '"' || quote == '\'') {
      if (const auto close = text_.find(quote, at_ + 1); close != npos) {
        const auto inside = text_.substr(at_ + 1, close - at_ - 1);
        at_ = close + 1;
        return inside;
      }
    }
    const auto end = std::min(text_.find_first_of(",]", at_), text_.size());
    const auto plain = text_.substr(at_, end - at_);
    at_ = end;
    return plain;
  }

  /// What must stand behind a value: a comma, another group, or the end.
  [[nodiscard]] Result<bool> behind(const std::string& name) {
    if (at_ < text_.size() && text_[at_] == ',') {
      ++at_;
      return true;
    }
    if (const auto size = group_break(text_, at_); size > 0) {
      at_ += size;
      return true;
    }
    if (at_end(text_, at_)) {
      return true;
    }
    return fail(Errc::malformed,
                fmt::format("unexpected syntax at {} after option {}: {}",
                            length(text_.substr(0, at_)),
                            repr(name),
                            head(text_.substr(at_), 25)));
  }

  std::string_view text_;
  const Place& place_;
  std::size_t at_{0};
  Section out_;
};

/// Finds the pieces of a list of actions. Where brackets do not close properly, or something
/// follows them at once, several readings are tried in turn, the longest first; a place where the
/// parameters cannot go on is tried once only.
class Splitter {
public:
  explicit Splitter(std::string_view text) : text_(text), dead_(text.size() + 1, false) {}

  [[nodiscard]] Result<std::vector<std::pair<std::size_t, std::size_t>>> run() {
    std::vector<std::pair<std::size_t, std::size_t>> out;
    for (std::size_t at = 0; at < text_.size();) {
      if (const auto blanks = blanks_at(text_, at); blanks > 0) {
        at += blanks;
        continue;
      }
      const auto end = piece(at);
      if (steps_ > max_steps) {
        return fail(Errc::too_large, "the list of actions is too complicated");
      }
      out.emplace_back(at, end);
      at = end;
    }
    return out;
  }

private:
  static constexpr std::size_t max_steps = 2'000'000;

  [[nodiscard]] bool blank(std::size_t at) const {
    if (at >= text_.size()) {
      return false;
    }
    const auto rune = rune_at(text_, at);
    return rune.valid && is_space(rune.value);
  }

  [[nodiscard]] bool divides(std::size_t at) const { return at >= text_.size() || blank(at); }

  /// Where the piece that starts at `at` ends.
  [[nodiscard]] std::size_t piece(std::size_t at) {
    auto end = at;
    while (end < text_.size() && text_[end] != '[' && !blank(end)) {
      end += rune_at(text_, end).size;
    }
    if (end > at) {
      const auto open = end + blanks_at(text_, end);
      if (open < text_.size() && text_[open] == '[') {
        if (const auto close = group(open + 1); close) {
          return *close;
        }
      }
      if (divides(end)) {
        return end;
      }
    }
    while (end < text_.size() && !blank(end)) {
      end += rune_at(text_, end).size;
    }
    return end;
  }

  [[nodiscard]] std::optional<std::size_t> group(std::size_t at) {
    return parameters(at + blanks_at(text_, at));
  }

  /// Any number of parameters, then "]".
  [[nodiscard]] std::optional<std::size_t> parameters(std::size_t at) {
    if (at > text_.size() || dead_[at] || ++steps_ > max_steps || depth_ > max_depth) {
      return std::nullopt;
    }
    ++depth_;
    auto end = parameter(at);
    --depth_;
    if (!end && at < text_.size() && text_[at] == ']' && divides(at + 1)) {
      end = at + 1;
    }
    dead_[at] = !end;
    return end;
  }

  [[nodiscard]] std::optional<std::size_t> parameter(std::size_t at) {
    const auto name = name_size(text_, at);
    const auto equals = at + name;
    if (name == 0 || equals >= text_.size() || text_[equals] != '=') {
      return std::nullopt;
    }
    const auto from = equals + 1;
    if (from < text_.size() && (text_[from] == '"' || text_[from] == '\'')) {
      const auto close = text_.find(text_[from], from + 1);
      if (close != npos) {
        if (const auto end = behind(close + 1)) {
          return end;
        }
      }
    }
    const auto longest = std::min(text_.find_first_of(",]", from), text_.size());
    for (auto end = longest;; --end) {
      // Blanks are passed over, so that each run of them is one place to go on.
      if (const auto done = end < longest && blank(end) ? std::nullopt : behind(end)) {
        return done;
      }
      if (end == from || steps_ > max_steps) {
        return std::nullopt;
      }
    }
  }

  /// Behind a value: blanks, perhaps a comma or another group, blanks, further parameters.
  [[nodiscard]] std::optional<std::size_t> behind(std::size_t at) {
    ++steps_;
    at += blanks_at(text_, at);
    const auto divider = at < text_.size() && text_[at] == ',' ? 1 : group_break(text_, at);
    if (divider > 0) {
      const auto next = at + divider;
      if (const auto end = parameters(next + blanks_at(text_, next))) {
        return end;
      }
    }
    return parameters(at);
  }

  static constexpr int max_depth = 2000;

  std::string_view text_;
  std::vector<bool> dead_;  // parameters cannot go on here
  std::size_t steps_{0};
  int depth_{0};
};

}  // namespace

Result<Reference> parse_reference(std::string_view text, const Place& place) {
  const auto open = text.find('[');
  if (open == npos) {
    if (text.empty()) {
      return fail(Errc::malformed, "unexpected option syntax");
    }
    return Reference{std::string(text), {}};
  }
  const auto whole = rstrip(text);
  if (open == 0 || !whole.ends_with(']')) {
    return fail(Errc::malformed, "unexpected option syntax");
  }
  const auto inside = whole.substr(open + 1, whole.size() - open - 2);
  SPRANGA_TRY(auto parameters, ParameterReader(inside, place).run());
  return Reference{std::string(text.substr(0, open)), std::move(parameters)};
}

Result<std::vector<Traced>> split_references(const Traced& text) {
  SPRANGA_TRY(const auto pieces, Splitter(text.text()).run());
  std::vector<Traced> out;
  out.reserve(pieces.size());
  for (const auto& [from, end] : pieces) {
    out.push_back(text.slice(from, end - from));
  }
  return out;
}

}  // namespace spranga::guard::config
