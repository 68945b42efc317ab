#include "smtp/reply.h"

#include <fmt/core.h>

#include "text/escape.h"

namespace spranga::smtp {

namespace {

constexpr std::size_t shown_bytes = 80;  // of an offending line, in an error

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct ReplyLine {
  int code{0};
  bool last{true};
  std::string_view text;
};

std::optional<ReplyLine> parse_line(std::string_view line) {
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) ||
      !is_digit(line[2])) {
    return std::nullopt;
  }
  ReplyLine out;
  out.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (line.size() == 3) {
    return out;
  }
  if (line[3] != ' ' && line[3] != '-') {
    return std::nullopt;
  }
  out.last = line[3] == ' ';
  out.text = line.substr(4);
  return out;
}

}  // namespace

std::string_view enhanced_code_of(std::string_view text, int code) {
  std::size_t at = 0;
  for (int part = 0; part < 3; ++part) {
    const auto from = at;
    while (at < text.size() && is_digit(text[at])) {
      ++at;
    }
    const std::size_t longest = part == 0 ? 1 : 3;
    if (at == from || at - from > longest) {
      return {};
    }
    if (part < 2 && (at >= text.size() || text[at++] != '.')) {
      return {};
    }
  }
  const bool ends_well = at == text.size() || text[at] == ' ';
  return ends_well && text[0] - '0' == code / 100 ? text.substr(0, at) : std::string_view{};
}

std::string Reply::text() const {
  std::string out;
  for (const std::string_view line : lines) {
    auto rest = line.substr(enhanced_code_of(line, code).size());
    if (!rest.empty() && rest.size() < line.size() && rest.front() == ' ') {
      rest.remove_prefix(1);
    }
    if (!out.empty()) {
      out += ' ';
    }
    out += rest;
  }
  return out;
}

std::string Reply::first_line() const {
  return lines.empty() || lines.front().empty() ? std::to_string(code)
                                                : fmt::format("{} {}", code, lines.front());
}

void ReplyParser::feed(std::string_view bytes) {
  if (at_ > 0) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  buffer_ += bytes;
}

Result<std::optional<std::string_view>> ReplyParser::next_line() const {
  const std::string_view rest = std::string_view(buffer_).substr(at_);
  const auto end = rest.find('\n');
  const bool whole = end != std::string_view::npos;
  if ((whole ? end : rest.size()) > max_reply_line) {
    return fail(Errc::too_large, fmt::format("a reply line of over {} bytes", max_reply_line));
  }
  return whole ? std::optional(rest.substr(0, end + 1)) : std::nullopt;
}

Result<bool> ReplyParser::take_line(std::string_view raw) {
  auto line = raw.substr(0, raw.size() - 1);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  const auto parsed = parse_line(line);
  if (!parsed) {
    return fail(Errc::malformed,
                fmt::format("not an SMTP reply: \"{}\"", text::escape_clipped(line, shown_bytes)));
  }
  if (!partial_.lines.empty() && parsed->code != partial_.code) {
    return fail(
        Errc::malformed,
        fmt::format("a reply that changes its code from {} to {}", partial_.code, parsed->code));
  }
  at_ += raw.size();
  partial_bytes_ += raw.size();
  if (partial_.lines.size() == max_reply_lines || partial_bytes_ > max_reply_bytes) {
    return fail(
        Errc::too_large,
        fmt::format("a reply of over {} lines or {} bytes", max_reply_lines, max_reply_bytes));
  }
  partial_.code = parsed->code;
  partial_.lines.emplace_back(parsed->text);
  return parsed->last;
}

Result<std::optional<Reply>> ReplyParser::next() {
  for (bool last = false; !last;) {
    if (broken_) {
      return Failure(*broken_);
    }
    const auto line = next_line();
    if (line && !*line) {
      return std::optional<Reply>{};
    }
    const Result<bool> taken = line ? take_line(**line) : Result<bool>(Failure(line.error()));
    if (!taken) {
      broken_ = taken.error();
      continue;
    }
    last = *taken;
  }
  auto done = std::exchange(partial_, Reply{});
  partial_bytes_ = 0;
  done.enhanced = enhanced_code_of(done.lines.back(), done.code);
  return std::optional<Reply>(std::move(done));
}

std::string ReplyParser::take_unread() {
  auto out = buffer_.substr(at_);
  buffer_.clear();
  at_ = 0;
  return out;
}

}  // namespace spranga::smtp
