#include "guard/mail/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "text/utf8.h"

namespace spranga::guard::mail {

namespace {

constexpr std::size_t longest_mailbox = 320;

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U;
    };
    const unsigned three = (byte(0) << 16U) | (byte(1) << 8U) | byte(2);
    out += digits[three >> 18U];
    out += digits[(three >> 12U) & 63U];
    out += i + 1 < bytes.size() ? digits[(three >> 6U) & 63U] : '=';
    out += i + 2 < bytes.size() ? digits[three & 63U] : '=';
  }
  return out;
}

/// RFC 2047: words of at most 75 characters, none of which cuts a character in two.
std::string encoded_words(std::string_view text) {
  constexpr std::size_t most_bytes = 45;
  std::string out;
  while (!text.empty()) {
    std::size_t length = 0;
    while (length < text.size()) {
      const auto next = std::max<std::size_t>(1, text::decode_utf8(text.substr(length)).length);
      if (length + next > most_bytes) {
        break;
      }
      length += next;
    }
    out += (out.empty() ? "=?utf-8?B?" : "\r\n =?utf-8?B?") + base64(text.substr(0, length)) + "?=";
    text.remove_prefix(length);
  }
  return out;
}

/// ASCII as it is, broken at blanks; else encoded.
std::string unstructured(std::string_view name, const std::string& text) {
  constexpr std::size_t line_length = 76;
  // What looks like an encoded word must not become one.
  if (!text::is_ascii(text) || text.find("=?") != std::string::npos) {
    return fmt::format("{}: {}\r\n", name, encoded_words(text));
  }
  std::string out = fmt::format("{}:", name);
  std::size_t column = out.size();
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    const bool breaks = column + 1 + end - at > line_length && end > at && column > name.size() + 1;
    out += breaks ? "\r\n " : " ";
    column = breaks ? 1 : column + 1;
    out.append(text, at, end - at);
    column += end - at;
    at = end + 1;
  }
  return out + "\r\n";
}

std::string display_name(const std::string& name) {
  if (!text::is_ascii(name)) {
    return encoded_words(name);
  }
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out + "\"";
}

std::string address_list(const std::vector<std::string>& addresses) {
  std::string out;
  for (const auto& address : addresses) {
    out += (out.empty() ? "" : ",\r\n ") + address;
  }
  return out;
}

}  // namespace

bool is_mailbox(std::string_view text) {
  constexpr std::string_view not_in_it = "<>(),;:\\\"";
  return !text.empty() && text.size() <= longest_mailbox && text.front() != '-' &&
         std::ranges::all_of(text, [&](char c) {
           return c > ' ' && c < '\x7f' && not_in_it.find(c) == std::string_view::npos;
         });
}

std::string date_text(ban::Instant at) {
  using namespace std::chrono;
  static constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<std::chrono::days>(at);
  const year_month_day date(day);
  const hh_mm_ss time(floor<seconds>(at - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
                     days.at(weekday(day).c_encoding()),
                     static_cast<unsigned>(date.day()),
                     months.at(static_cast<unsigned>(date.month()) - 1),
                     static_cast<int>(date.year()),
                     time.hours().count(),
                     time.minutes().count(),
                     time.seconds().count());
}

std::string quoted_printable(std::string_view text) {
  constexpr std::size_t longest_line = 76;
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n';
    const bool plain = (c > ' ' && c < '\x7f' && c != '=') || (c == ' ' && !ends_line);
    const auto piece =
        plain ? std::string(1, c) : fmt::format("={:02X}", static_cast<unsigned char>(c));
    // Room for "=" where the line goes on.
    if (column + piece.size() > longest_line - (ends_line ? 0 : 1)) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  }
  return text.ends_with('\n') ? out : out + "\r\n";
}

Result<std::string> compose(const Draft& draft) {
  if (!is_mailbox(draft.sender) || draft.recipients.empty() ||
      !std::ranges::all_of(draft.recipients, is_mailbox)) {
    return fail(Errc::malformed, "mail: a sender or recipient that is no address");
  }
  if (!is_one_line(draft.subject) || !is_one_line(draft.sender_name) || !is_mailbox(draft.id)) {
    return fail(Errc::malformed, "mail: a header of more than one line");
  }
  return fmt::format(
      "From: {}\r\n"
      "To: {}\r\n"
      "{}"
      "Date: {}\r\n"
      "Message-ID: <{}>\r\n"
      "Auto-Submitted: auto-generated\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n"
      "\r\n"
      "{}",
      draft.sender_name.empty() ? draft.sender
                                : display_name(draft.sender_name) + " <" + draft.sender + ">",
      address_list(draft.recipients),
      unstructured("Subject", draft.subject),
      date_text(draft.date),
      draft.id,
      quoted_printable(draft.body));
}

}  // namespace spranga::guard::mail
