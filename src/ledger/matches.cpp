#include "ledger/matches.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "ledger/record.h"
#include "process/wire.h"
#include "text/utf8.h"

namespace spranga::ledger {

namespace {

/// More than ten cut lines, and less than what would hurt.
constexpr std::size_t longest_json = 1024UL * 1024;
constexpr std::size_t most_lines = 1000;

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

/// A line, or the pieces that make one.
std::string line_of(const nlohmann::json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  std::string line;
  if (value.is_array()) {
    for (const auto& piece : value) {
      if (piece.is_string()) {
        line += piece.get<std::string>();
      }
    }
  }
  return line;
}

/// Names of groups, in fail2ban's spelling.
bool is_field_name(std::string_view name) {
  constexpr std::size_t longest = 60;
  return !name.empty() && name.size() <= longest && name != "matches" && name != "failures" &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

/// What fail2ban keeps of a ticket besides: the named groups that are text.
Fields fields_of(const nlohmann::json& data) {
  Fields fields;
  for (const auto& [name, value] : data.items()) {
    if (value.is_string() && is_field_name(name) && fields.size() < BanMade::most_fields) {
      fields.emplace(name, cut(value.get_ref<const std::string&>(), BanMade::longest_field));
    }
  }
  return fields;
}

}  // namespace

std::string_view cut(std::string_view bytes, std::size_t limit) {
  if (bytes.size() <= limit) {
    return bytes;
  }
  constexpr unsigned continuation = 0x80;
  constexpr unsigned top_two = 0xC0;
  constexpr std::size_t longest_character = 4;
  auto end = limit;
  while (end > 0 && limit - end < longest_character &&
         (static_cast<unsigned char>(bytes[end]) & top_two) == continuation) {
    --end;
  }
  return bytes.substr(0, limit - end < longest_character ? end : limit);
}

std::vector<std::string> last_matches(const std::vector<std::string>& matches, std::size_t most) {
  constexpr std::size_t longest = 4096;
  std::vector<std::string> out;
  for (auto i = matches.size() - std::min(matches.size(), most); i < matches.size(); ++i) {
    out.emplace_back(cut(matches[i], longest));
  }
  return out;
}

std::string pack_matches(const std::vector<std::string>& matches) {
  process::Packer packer;
  packer.list(matches);
  return packer.take();
}

std::vector<std::string> unpack_matches(std::string_view packed) {
  if (packed.empty()) {
    return {};
  }
  process::Unpacker unpacker(packed);
  auto matches = unpacker.texts();
  return unpacker.finish("matches") ? matches : std::vector<std::string>();
}

std::string pack_fields(const Fields& fields) {
  std::vector<std::string> flat;
  for (const auto& [name, value] : fields) {
    if (flat.size() < 2 * BanMade::most_fields) {
      flat.push_back(name);
      flat.emplace_back(cut(value, BanMade::longest_field));
    }
  }
  return flat.empty() ? std::string() : pack_matches(flat);
}

Fields unpack_fields(std::string_view packed) {
  Fields fields;
  auto flat = unpack_matches(packed);
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
    fields.emplace(std::move(flat[i]), std::move(flat[i + 1]));
  }
  return fields;
}

std::string fail2ban_text(std::string_view bytes) {
  auto text = text::to_valid_utf8(bytes);
  std::string out;
  for (const char c : text) {
    if (c == '\0') {
      text::append_utf8(out, text::replacement_character);
    } else {
      out += c;
    }
  }
  return out;
}

std::string to_json(const BanData& data, bool with_matches) {
  std::string out = "{";
  if (with_matches) {
    out += "\"matches\": [";
    for (std::size_t i = 0; i < data.matches.size(); ++i) {
      out += (i == 0 ? "" : ", ") + json_text(text::to_valid_utf8(data.matches[i]));
    }
    out += "], ";
  }
  return out + fmt::format("\"failures\": {}}}", data.failures);
}

BanData from_json(std::string_view json) {
  BanData data;
  if (json.size() > longest_json) {
    return data;
  }
  const auto value = nlohmann::json::parse(text::to_valid_utf8(json), nullptr, false);
  if (!value.is_object()) {
    return data;
  }
  if (const auto matches = value.find("matches"); matches != value.end() && matches->is_array()) {
    for (const auto& match : *matches) {
      if (data.matches.size() < most_lines) {
        data.matches.push_back(line_of(match));
      }
    }
  }
  data.fields = fields_of(value);
  if (const auto failures = value.find("failures");
      failures != value.end() && failures->is_number_integer()) {
    constexpr std::int64_t most_failures = 1'000'000'000;
    data.failures =
        static_cast<int>(std::clamp(failures->get<std::int64_t>(), std::int64_t{0}, most_failures));
  }
  return data;
}

}  // namespace spranga::ledger
