#include "guard/config/term.h"

#include <algorithm>
#include <cstddef>

#include "guard/config/python_text.h"

namespace spranga::guard::config {

namespace {

constexpr std::size_t width = 1000;
constexpr std::size_t indent_of_a_level = 2;

std::string joined(const std::vector<Term>& items) {
  std::string out;
  for (const auto& item : items) {
    out += (out.empty() ? "" : ", ") + to_text(item);
  }
  return out;
}

/// str.splitlines(True).
std::vector<std::string_view> lines_with_ends(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto rune = rune_at(text, at);
    const auto c = rune.value;
    const bool ends = (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x2028 ||
                      c == 0x2029 || (rune.valid && c == 0x85);
    at += rune.size;
    if (c == '\r' && at < text.size() && text[at] == '\n') {
      ++at;
    }
    if (ends) {
      out.push_back(text.substr(from, at - from));
      from = at;
    }
  }
  if (from < text.size()) {
    out.push_back(text.substr(from));
  }
  return out;
}

/// Words, each with the blanks behind it.
std::vector<std::string_view> words_with_blanks(std::string_view line) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < line.size();) {
    auto end = at;
    while (end < line.size() && blanks_at(line, end) == 0) {
      end += rune_at(line, end).size;
    }
    end += blanks_at(line, end);
    out.push_back(line.substr(at, end - at));
    at = end;
  }
  return out;
}

class PrettyPrinter {
public:
  void format(const Term& term, std::size_t indent, std::size_t allowance) {
    const auto flat = to_text(term);
    const bool fits = length(flat) <= room(indent + allowance);
    if (!fits && term.kind == Term::Kind::list) {
      out_ += '[';
      items(term.items, indent, allowance + 1);
      out_ += ']';
    } else if (!fits && term.kind == Term::Kind::text) {
      text(term.text, indent, allowance);
    } else {
      out_ += flat;  // the list's dicts are short
    }
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

private:
  [[nodiscard]] static std::size_t room(std::size_t taken) {
    return taken < width ? width - taken : 0;
  }

  void items(const std::vector<Term>& terms, std::size_t indent, std::size_t allowance) {
    indent += indent_of_a_level;
    out_ += std::string(indent_of_a_level - 1, ' ');
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const bool last = i + 1 == terms.size();
      out_ += i == 0 ? "" : ",\n" + std::string(indent, ' ');
      format(terms[i], indent, last ? allowance : 1);
    }
  }

  void text(std::string_view text, std::size_t indent, std::size_t allowance) {
    std::vector<std::string> chunks;
    const auto lines = lines_with_ends(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const bool last = i + 1 == lines.size();
      auto whole = repr(lines[i]);
      if (length(whole) <= room(indent + (last ? allowance : 0))) {
        chunks.push_back(std::move(whole));
      } else {
        line(lines[i], last, indent, allowance, chunks);
      }
    }
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      out_ += (i == 0 ? "" : "\n" + std::string(indent, ' ')) + chunks[i];
    }
  }

  static void line(std::string_view line,
                   bool last_line,
                   std::size_t indent,
                   std::size_t allowance,
                   std::vector<std::string>& chunks) {
    std::string current;
    const auto parts = words_with_blanks(line);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const bool last = last_line && i + 1 == parts.size();
      const auto candidate = current + std::string(parts[i]);
      if (length(repr(candidate)) <= room(indent + (last ? allowance : 0))) {
        current = candidate;
        continue;
      }
      if (!current.empty()) {
        chunks.push_back(repr(current));
      }
      current = parts[i];
    }
    if (!current.empty()) {
      chunks.push_back(repr(current));
    }
  }

  std::string out_;
};

}  // namespace

std::string to_text(const Term& term) {
  switch (term.kind) {
    case Term::Kind::text:
      return repr(term.text);
    case Term::Kind::literal:
      return term.text;
    case Term::Kind::list:
      return "[" + joined(term.items) + "]";
    case Term::Kind::dict:
      break;
  }
  std::string out;
  for (std::size_t i = 0; i + 1 < term.items.size(); i += 2) {
    out += (out.empty() ? "" : ", ") + to_text(term.items[i]) + ": " + to_text(term.items[i + 1]);
  }
  return "{" + out + "}";
}

std::string to_pretty_text(const Term& term) {
  PrettyPrinter printer;
  printer.format(term, 0, 0);
  return printer.take();
}

}  // namespace spranga::guard::config
