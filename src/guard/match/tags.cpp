#include "guard/match/tags.h"

#include <algorithm>
#include <array>
#include <vector>

#include "text/ascii.h"

namespace spranga::guard {

namespace {

#define SPRANGA_IP4 R"((?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3}))"
#define SPRANGA_IP6 R"((?P<ip6>(?:[0-9a-fA-F]{1,4}::?|::){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):)))"
#define SPRANGA_DNS R"((?P<dns>[\w\-.^_]*\w))"
#define SPRANGA_CIDR R"((?P<cidr>\d+))"
#define SPRANGA_ADDR R"(\[?(?:)" SPRANGA_IP4 "|" SPRANGA_IP6 R"()\]?)"
#define SPRANGA_SUBNET R"(\[?(?:)" SPRANGA_IP4 "|" SPRANGA_IP6 ")(?:/" SPRANGA_CIDR R"()?\]?)"

struct TagRow {
  std::string_view name;
  std::string_view pattern;
};

constexpr std::string_view host_pattern = "(?:" SPRANGA_ADDR "|" SPRANGA_DNS ")";
constexpr std::string_view address_pattern = SPRANGA_ADDR;

constexpr std::array tag_rows = {
    TagRow{"IP4", SPRANGA_IP4},
    TagRow{"F-IP4/", SPRANGA_IP4},
    TagRow{"IP6", SPRANGA_IP6},
    TagRow{"F-IP6/", SPRANGA_IP6},
    TagRow{"ADDR", SPRANGA_ADDR},
    TagRow{"F-ADDR/", SPRANGA_ADDR},
    TagRow{"CIDR", SPRANGA_CIDR},
    TagRow{"F-CIDR/", SPRANGA_CIDR},
    TagRow{"SUBNET", SPRANGA_SUBNET},
    TagRow{"F-SUBNET/", SPRANGA_SUBNET},
    TagRow{"DNS", SPRANGA_DNS},
    TagRow{"F-DNS/", SPRANGA_DNS},
    TagRow{"F-ID/", R"((?P<fid>\S+))"},
    TagRow{"F-PORT/", R"((?P<fport>\w+))"},
};

#undef SPRANGA_IP4
#undef SPRANGA_IP6
#undef SPRANGA_DNS
#undef SPRANGA_CIDR
#undef SPRANGA_ADDR
#undef SPRANGA_SUBNET

/// Python's \w; a letter beyond ASCII is one, any other character beyond it is taken for one.
bool is_tag_char(char c) {
  return c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
         (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

/// "<name>", "</name>", "<name/>" at the start of `text`; empty: no tag.
std::string_view tag_at(std::string_view text) {
  std::size_t at = text.starts_with("</") ? 2 : 1;
  const auto name = at;
  while (at < text.size() && is_tag_char(text[at])) {
    ++at;
  }
  if (at == name) {
    return {};
  }
  if (at < text.size() && text[at] == '/') {
    ++at;
  }
  return at < text.size() && text[at] == '>' ? text.substr(0, at + 1) : std::string_view{};
}

/// "USER" of "F-USER"; empty where it is no such name.
std::string_view group_name(std::string_view name) {
  if (!name.starts_with("F-") || name.size() == 2) {
    return {};
  }
  name.remove_prefix(2);
  const bool valid = std::ranges::all_of(name, [](char c) {
    return c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
  });
  return valid ? name : std::string_view{};
}

class Expansion {
public:
  explicit Expansion(bool names_too) : names_too_(names_too) {}

  /// What stands for `tag` ("<…>").
  std::string operator()(std::string_view tag) {
    const auto name = tag.substr(1, tag.size() - 2);
    if (name == "HOST") {
      return std::string(names_too_ ? host_pattern : address_pattern);
    }
    if (name == "SKIPLINES") {
      return R"(\n(?P<skiplines)" + std::to_string(skipped_++) + R"(>(?:(?:.*\n)*?)))";
    }
    if (const auto* row = std::ranges::find(tag_rows, name, &TagRow::name); row != tag_rows.end()) {
      return std::string(row->pattern);
    }
    return custom(tag, name);
  }

private:
  std::string custom(std::string_view tag, std::string_view name) {
    const bool closing = name.starts_with('/');
    const auto group = group_name(closing ? name.substr(1) : name);
    if (group.empty()) {
      return std::string(tag);
    }
    if (closing) {
      return std::ranges::count(open_, group) > 0 ? ")" : std::string(tag);
    }
    open_.emplace_back(group);
    const auto lower = text::to_lower(group);
    return "(?P<" + (lower == "id" ? "fid" : lower == "port" ? "fport" : lower) + ">";
  }

  bool names_too_;
  int skipped_{0};
  std::vector<std::string> open_;
};

/// Length of "((?i)" or "(?:(?i)" at the start of `text`, with the flags in `flags`; 0: neither.
std::size_t global_flags_at(std::string_view text, std::string_view& flags) {
  std::size_t at = text.starts_with("(?:") ? 3 : 1;
  if (text.substr(at, 2) != "(?") {
    return 0;
  }
  const auto from = at;
  at += 2;
  const auto letters = at;
  while (at < text.size() && text[at] >= 'a' && text[at] <= 'z') {
    ++at;
  }
  if (at == letters || at >= text.size() || text[at] != ')') {
    return 0;
  }
  flags = text.substr(from, at - from);
  return at + 1;
}

std::string localise_flags(std::string_view expression) {
  std::string out;
  for (std::size_t i = 0; i < expression.size();) {
    std::string_view flags;
    const bool escaped = i > 0 && expression[i - 1] == '\\';
    const auto length =
        expression[i] == '(' && !escaped ? global_flags_at(expression.substr(i), flags) : 0;
    if (length == 0) {
      out += expression[i++];
      continue;
    }
    out += flags;
    out += ':';
    i += length;
  }
  return out;
}

}  // namespace

std::string expand_tags(std::string_view expression, bool names_too) {
  Expansion expand(names_too);
  std::string out;
  for (std::size_t i = 0; i < expression.size();) {
    const auto tag = expression[i] == '<' ? tag_at(expression.substr(i)) : std::string_view{};
    if (tag.empty()) {
      out += expression[i++];
      continue;
    }
    out += expand(tag);
    i += tag.size();
  }
  return localise_flags(out);
}

}  // namespace spranga::guard
