#include "replay/regex_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "guard/config/python_text.h"
#include "guard/match/credentials.h"
#include "net/address.h"
#include "text/ascii.h"

namespace spranga::replay {

namespace {

using guard::Failure;
using guard::FieldContent;
using guard::Hit;
using guard::LineParts;
using guard::TuplePart;
using guard::config::repr;
using Json = nlohmann::ordered_json;

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const auto& part : parts) {
    out += out.empty() ? "" : between;
    out += part;
  }
  return out;
}

std::string repr_of_lines(const std::vector<LineParts>& lines) {
  std::vector<std::string> parts;
  for (const auto& line : lines) {
    parts.push_back(fmt::format("({}, {}, {})",
                                repr(guard::hide_credentials(line.before)),
                                repr(line.date),
                                repr(guard::hide_credentials(line.after))));
  }
  return "[" + join(parts, ", ") + "]";
}

/// str() of what a group caught: text without quotes.
std::string text_of(const FieldContent& content) {
  const auto* text = std::get_if<std::string>(&content);
  return text != nullptr ? *text : repr_of(content);
}

/// The id as it is printed; "None" while the session's address is not known.
std::string id_of(const Hit& hit, const LineHits& /*line*/) {
  return hit.id.value_or("None");
}

std::string address_of(const Hit& hit, const LineHits& line) {
  const auto* ip = hit.failure.text("ip");
  return ip == nullptr ? id_of(hit, line) : *ip;
}

/// A tuple's id is one already: "('192.0.2.1', 'alice')".
std::string repr_of_id(const Hit& hit) {
  const auto* fid = hit.failure.find("fid");
  const bool tuple = fid != nullptr && std::holds_alternative<std::vector<TuplePart>>(*fid);
  return !hit.id ? "None" : tuple ? *hit.id : repr(*hit.id);
}

template <class Print>
RowFormat each(Print print) {
  return [print](const LineHits& line) {
    std::string out;
    for (const auto& hit : line.hits) {
      out += print(hit, line) + "\n";
    }
    return out;
  };
}

std::string messages(const Hit& hit, const LineHits& /*line*/) {
  std::vector<std::string> lines;
  for (const auto& match : hit.failure.matches) {
    lines.push_back(guard::hide_credentials(match.whole()));
  }
  return join(lines, "\n");
}

/// The time as Python prints it: an int where the line named an offset.
std::string time_of(const std::optional<ban::Instant>& at, const LineHits& line) {
  auto text = repr_of(at);
  if (line.line.is_integer && text.ends_with(".0")) {
    text.resize(text.size() - 2);
  }
  return text;
}

std::string row(const Hit& hit, const LineHits& line) {
  return fmt::format(
      "[{},\t{},\t{}],", repr_of_id(hit), time_of(hit.at, line), repr_of(hit.failure));
}

/// Of "192.0.2.0/24" the address of the network. One with an interface's name is none to fail2ban.
std::optional<net::Address> parsed(const std::string& text) {
  return text.find('%') != std::string::npos ? std::nullopt
                                             : net::Address::parse(text.substr(0, text.find('/')));
}

/// "::ffff:192.0.2.0/120": it stays IPv6, which a mapped address does not.
bool is_mapped_network(const std::string& text, const net::Address& address) {
  return address.family() == net::Family::ipv4 && text.find('/') != std::string::npos &&
         text.find(':') != std::string::npos;
}

/// The nibbles of a mapped address, last ones first.
std::string reversed_mapped(const net::Address& address) {
  std::string out;
  std::string rest = address.reverse_name();  // its octets, last one first
  for (int octet = 0; octet < 4; ++octet) {
    const auto value = static_cast<unsigned>(std::stoul(rest));
    out += fmt::format("{:x}.{:x}.", value & 0xFU, value >> 4U);
    rest.erase(0, rest.find('.') + 1);
  }
  out += "f.f.f.f.";
  for (int nibble = 0; nibble < 20; ++nibble) {
    out += "0.";
  }
  return out;
}

/// "1.2.0.192.", as in a name below in-addr.arpa; "" where it is no address. Of a network's text
/// the pieces between the dots change places, as in fail2ban.
std::string reversed(const Hit& hit, const LineHits& line) {
  const auto text = address_of(hit, line);
  const auto address = parsed(text);
  if (!address) {
    return "";
  }
  if (is_mapped_network(text, *address)) {
    return reversed_mapped(*address);
  }
  if (address->family() == net::Family::ipv6) {
    const auto name = address->reverse_name();
    return name.substr(0, name.find("ip6.arpa"));
  }
  std::string out;
  for (std::size_t end = 0, from = 0; end != std::string::npos; from = end + 1) {
    end = text.find('.', from);
    out.insert(0, text.substr(from, end - from) + ".");
  }
  return out;
}

std::string family(const Hit& hit, const LineHits& line) {
  const auto text = address_of(hit, line);
  const auto address = parsed(text);
  if (!address) {
    return "None";
  }
  return address->family() == net::Family::ipv4 && !is_mapped_network(text, *address) ? "inet4"
                                                                                      : "inet6";
}

struct TagRow {
  std::string_view name;
  std::string (*value)(const Hit& hit, const LineHits& line);
};

/// A place that messages() fills later, line by line; no text of a log contains it.
constexpr std::string_view message_mark{"\0msg\0", 5};

/// A ticket without a time is one of now.
std::string bare_time(const Hit& hit, const LineHits& line) {
  return time_of(hit.at ? hit.at : std::optional(line.now), line);
}

std::string constant_none(const Hit& /*hit*/, const LineHits& /*line*/) {
  return "None";
}

std::string constant_zero(const Hit& /*hit*/, const LineHits& /*line*/) {
  return "0";
}

std::string line_break(const Hit& /*hit*/, const LineHits& /*line*/) {
  return "\n";
}

std::string blank(const Hit& /*hit*/, const LineHits& /*line*/) {
  return " ";
}

std::string mark(const Hit& /*hit*/, const LineHits& /*line*/) {
  return std::string(message_mark);
}

constexpr std::array tag_rows = {
    TagRow{"ip", address_of},
    TagRow{"fid", id_of},
    TagRow{"family", family},
    TagRow{"ip-rev", reversed},
    TagRow{"ip-host", constant_none},
    TagRow{"failures", constant_zero},
    TagRow{"bancount", constant_zero},
    TagRow{"restored", constant_zero},
    TagRow{"time", bare_time},
    TagRow{"matches", messages},
    TagRow{"msg", mark},
    TagRow{"br", line_break},
    TagRow{"sp", blank},
};

/// "user" of "F-USER"; "" where it is no such tag.
std::string field_of_tag(std::string_view tag) {
  if (!tag.starts_with("F-") || tag.size() == 2 || !std::ranges::all_of(tag, [](char c) {
        return c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
      })) {
    return "";
  }
  const auto name = text::to_lower(tag.substr(2));
  return name == "id" ? "fid" : name == "port" ? "fport" : name;
}

std::string value_of_tag(std::string_view tag, const Hit& hit, const LineHits& line) {
  const auto* known = std::ranges::find(tag_rows, tag, &TagRow::name);
  if (known != tag_rows.end()) {
    auto value = known->value(hit, line);
    if (tag == "msg") {
      return value;
    }
    std::string safe;
    for (const char c : value) {
      safe += c == '\0' ? std::string("\\x00") : std::string(1, c);
    }
    return safe;
  }
  const auto field = field_of_tag(tag);
  if (field.empty()) {
    return "<" + std::string(tag) + ">";
  }
  const auto* content = hit.failure.find(field);
  return content == nullptr || !guard::is_set(*content) ? "" : text_of(*content);
}

std::string fill_tags(std::string_view format, const Hit& hit, const LineHits& line) {
  std::string out;
  while (!format.empty()) {
    const auto open = format.find('<');
    const auto close = format.find_first_of("<> ", open == format.npos ? open : open + 1);
    if (open == format.npos || close == format.npos) {
      break;
    }
    out += format.substr(0, open);
    if (format[close] != '>' || close == open + 1) {
      out += format.substr(open, close - open);
      format.remove_prefix(close);
      continue;
    }
    out += value_of_tag(format.substr(open + 1, close - open - 1), hit, line);
    format.remove_prefix(close + 1);
  }
  return out + std::string(format);
}

std::string replaced(std::string text, std::string_view what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

/// Where a hit has several lines, <msg> gives the row once for each.
std::string tagged(const std::string& format, const LineHits& line) {
  std::string out;
  std::string later;
  bool several = false;
  for (const auto& hit : line.hits) {
    const auto text = fill_tags(format, hit, line);
    several = several || hit.failure.matches.size() > 1;
    if (!several || text.find(message_mark) == std::string::npos) {
      out += replaced(text, message_mark, messages(hit, line)) + "\n";
      continue;
    }
    for (const auto& match : hit.failure.matches) {
      later += replaced(text, message_mark, guard::hide_credentials(match.whole())) + "\n";
    }
  }
  return out + later;
}

std::string named(const std::string& name, const Hit& hit) {
  if (name == "matches") {
    return repr_of_lines(hit.failure.matches);
  }
  const auto* content = hit.failure.find(name);
  return content == nullptr ? "None" : text_of(*content);
}

Json json_of(const FieldContent& content) {
  if (const auto* text = std::get_if<std::string>(&content)) {
    return *text;
  }
  if (const auto* set = std::get_if<std::set<std::string>>(&content)) {
    return *set;
  }
  auto array = Json::array();
  if (const auto* tuple = std::get_if<std::vector<TuplePart>>(&content)) {
    for (const auto& part : *tuple) {
      array.push_back(part ? Json(*part) : Json());
    }
    return array;
  }
  return {};
}

Json json_of_time(const std::optional<ban::Instant>& at) {
  if (!at) {
    return {};
  }
  const auto microseconds = at->time_since_epoch().count();
  return microseconds % 1'000'000 == 0 ? Json(microseconds / 1'000'000)
                                       : Json(static_cast<double>(microseconds) / 1e6);
}

}  // namespace

std::string repr_of(const FieldContent& content) {
  std::vector<std::string> parts;
  if (const auto* text = std::get_if<std::string>(&content)) {
    return repr(*text);
  }
  if (const auto* set = std::get_if<std::set<std::string>>(&content)) {
    for (const auto& member : *set) {
      parts.push_back(repr(member));
    }
    return set->empty() ? "set()" : "{" + join(parts, ", ") + "}";
  }
  if (const auto* tuple = std::get_if<std::vector<TuplePart>>(&content)) {
    for (const auto& part : *tuple) {
      parts.push_back(part ? repr(*part) : "None");
    }
    return "(" + join(parts, ", ") + (parts.size() == 1 ? ",)" : ")");
  }
  return "None";
}

std::string repr_of(const Failure& failure) {
  std::vector<std::string> parts;
  for (const auto& field : failure.fields) {
    parts.push_back(repr(field.name) + ": " + repr_of(field.content));
  }
  return "{" + join(parts, ", ") + "}";
}

std::string repr_of(const std::optional<ban::Instant>& at) {
  if (!at) {
    return "None";
  }
  const auto text = fmt::format("{}", static_cast<double>(at->time_since_epoch().count()) / 1e6);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

RowFormat row_format(const std::string& name) {
  if (name == "id" || name == "fid") {
    return each(id_of);
  }
  if (name == "ip") {
    return each(address_of);
  }
  if (name == "msg") {
    return each(messages);
  }
  if (name == "row") {
    return each(row);
  }
  if (name.find('<') == std::string::npos) {
    return each([name](const Hit& hit, const LineHits&) { return named(name, hit); });
  }
  return [name](const LineHits& line) { return tagged(name, line); };
}

std::string json_rows(const LineHits& line) {
  std::string out;
  for (const auto& hit : line.hits) {
    Json fields = Json::object();
    for (const auto& field : hit.failure.fields) {
      fields[std::string(field.name)] = json_of(field.content);
    }
    Json object;
    object["line"] = line.line.number;
    object["time"] = json_of_time(hit.at);
    object["id"] = hit.id ? Json(*hit.id) : Json();
    object["fields"] = std::move(fields);
    object["regex"] = hit.regex_index + 1;
    object["nofail"] = hit.failure.has("nofail") || hit.attempts == 0;
    if (hit.weak) {
      object["weak"] = true;
    }
    if (hit.attempts > 1) {
      object["attempts"] = hit.attempts;
    }
    if (line.several) {
      object["matches"] = hit.failure.matches.size();
    }
    out += object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return out;
}

}  // namespace spranga::replay
