#include "action_runner/values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "net/address.h"
#include "text/ascii.h"
#include "text/escape.h"
#include "text/utf8.h"

namespace spranga::action_runner {

namespace {

enum class Kind { id, number, flag, text };

struct TagRow {
  std::string_view name;
  Kind kind;
  std::string_view fallback;
};

constexpr std::array tag_rows = {
    TagRow{"ip", Kind::id, ""},
    TagRow{"fid", Kind::id, ""},
    TagRow{"ip-host", Kind::text, "None"},
    TagRow{"failures", Kind::number, "0"},
    TagRow{"time", Kind::number, "0"},
    TagRow{"bantime", Kind::number, "0"},
    TagRow{"bancount", Kind::number, "0"},
    TagRow{"matches", Kind::text, ""},
    TagRow{"restored", Kind::flag, "0"},
    TagRow{"ipmatches", Kind::text, ""},
    TagRow{"ipjailmatches", Kind::text, ""},
    TagRow{"ipfailures", Kind::number, "0"},
    TagRow{"ipjailfailures", Kind::number, "0"},
    TagRow{"raw-ticket", Kind::text, ""},
    TagRow{"jail.name", Kind::text, ""},
    TagRow{"jail.banned", Kind::number, "0"},
    TagRow{"jail.banned_total", Kind::number, "0"},
    TagRow{"jail.found", Kind::number, "0"},
    TagRow{"jail.found_total", Kind::number, "0"},
};

/// "192.0.2.0/24": its length is a number that fits.
bool is_network(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    return false;
  }
  const auto address = net::Address::parse(text.substr(0, slash));
  const auto length = text.substr(slash + 1);
  unsigned bits = 0;
  const auto* const end = length.data() + length.size();
  const auto read = std::from_chars(length.data(), end, bits);
  constexpr unsigned most4 = 32;
  constexpr unsigned most6 = 128;
  return address && read.ec == std::errc() && read.ptr == end &&
         bits <= (address->family() == net::Family::ipv4 ? most4 : most6);
}

bool is_number(std::string_view text) {
  constexpr std::size_t longest = 40;
  if (text.starts_with('-')) {
    text.remove_prefix(1);
  }
  const auto point = std::min(text.find('.'), text.size());
  const auto whole = text.substr(0, point);
  const auto rest = text.substr(std::min(point + 1, text.size()));
  return text.size() <= longest && !whole.empty() && !text.ends_with('.') &&
         std::ranges::all_of(whole, text::is_digit) && std::ranges::all_of(rest, text::is_digit);
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Addresses, networks, or what a filter calls an id: a word that no program takes for an option.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= longest_id && text.front() != '-' &&
         std::ranges::none_of(text, is_control) && text::is_valid_utf8(text);
}

bool fits(Kind kind, std::string_view value) {
  switch (kind) {
    case Kind::id:
      return is_id(value);
    case Kind::number:
      return is_number(value);
    case Kind::flag:
      return value == "0" || value == "1";
    case Kind::text:
      return true;
  }
  return false;
}

/// No command can hold a NUL, and fail2ban's action fails where a log line had one.
std::string without_nul(std::string_view value) {
  std::string out;
  for (const char c : text::to_valid_utf8(value)) {
    if (c == '\0') {
      text::append_utf8(out, text::replacement_character);
    } else {
      out += c;
    }
  }
  return out;
}

/// "1.2.0.192." and its like for IPv6.
std::string reversed(std::string_view ip) {
  const auto address = net::Address::parse(ip);
  if (!address) {
    return "";
  }
  const auto name = address->reverse_name();
  const auto end = name.find(address->family() == net::Family::ipv4 ? "in-addr" : "ip6");
  return name.substr(0, end);
}

bool is_field_name(std::string_view name) {
  constexpr std::size_t longest = 60;
  return !name.empty() && name.size() <= longest && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || text::is_digit(c) || c == '_' || c == '-';
  });
}

std::string shown(std::string_view value) {
  constexpr std::size_t enough = 80;
  return text::escape_clipped(value, enough);
}

/// A group of a filter may have any name; what no <F-NAME> can ask for is left out.
Result<void> take_fields(const Tags& fields, Values& out) {
  for (const auto& [name, value] : fields) {
    if (!is_field_name(name) || out.fields.size() == most_fields) {
      continue;
    }
    if (value.size() > longest_value) {
      return fail(Errc::too_large, "the field " + shown(name));
    }
    out.fields[name] = without_nul(value);
  }
  return {};
}

}  // namespace

std::optional<std::string> Values::tag(std::string_view name) const {
  if (name == "family") {
    return family;
  }
  const auto found = tags.find(name);
  return found == tags.end() ? std::nullopt : std::optional(found->second);
}

std::string Values::field(std::string_view name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

guard::actions::Family family_of(std::string_view id) {
  const auto address = net::Address::parse(id.substr(0, id.find('/')));
  if (!address || (id.find('/') != std::string_view::npos && !is_network(id))) {
    return std::string(guard::actions::no_family);
  }
  return address->family() == net::Family::ipv4 ? "inet4" : "inet6";
}

Result<Values> checked_values(const Tags& tags, const Tags& fields) {
  Values out;
  for (const auto& row : tag_rows) {
    out.tags[std::string(row.name)] = row.fallback;
  }
  for (const auto& [name, value] : tags) {
    const auto* const row = std::ranges::find(tag_rows, name, &TagRow::name);
    if (row == tag_rows.end()) {
      return fail(Errc::malformed, "there is no tag " + shown(name));
    }
    if (value.size() > longest_value) {
      return fail(Errc::too_large, "the value of <" + name + "> is too long");
    }
    if (!fits(row->kind, value)) {
      return fail(Errc::malformed, "<" + name + "> cannot be '" + shown(value) + "'");
    }
    out.tags[name] = row->kind == Kind::text ? without_nul(value) : value;
  }
  SPRANGA_CHECK(take_fields(fields, out));
  auto& ip = out.tags["ip"];
  auto& fid = out.tags["fid"];
  if (ip.empty() && fid.empty()) {
    return fail(Errc::malformed, "neither <ip> nor <fid> is told");
  }
  ip = ip.empty() ? fid : ip;
  fid = fid.empty() ? ip : fid;
  out.family = family_of(ip);
  out.tags["ip-rev"] = reversed(ip);
  out.fields.try_emplace("failures", out.tags["failures"]);
  return out;
}

Values empty_values(const guard::actions::Family& family,
                    double time,
                    std::chrono::seconds bantime) {
  Values out;
  for (const auto& row : tag_rows) {
    out.tags[std::string(row.name)] = row.fallback;
  }
  std::array<char, 64> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), time);
  out.tags["time"] = std::string(text.data(), written.ptr);
  out.tags["bantime"] = std::to_string(bantime.count());
  out.tags["ip-rev"] = "";
  out.family = family;
  out.fields["failures"] = "0";
  return out;
}

}  // namespace spranga::action_runner
