#include "guard/judge/ignore_cache.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

constexpr std::size_t largest_cache = 1'000'000;
constexpr long long longest_stay = 366LL * 24 * 3600;

long long unit_of(std::string_view letters) {
  constexpr std::pair<std::string_view, long long> units[] = {{"", 1},
                                                              {"s", 1},
                                                              {"sec", 1},
                                                              {"m", 60},
                                                              {"min", 60},
                                                              {"mm", 60},
                                                              {"h", 3600},
                                                              {"hou", 3600},
                                                              {"d", 86400},
                                                              {"da", 86400},
                                                              {"w", 604800},
                                                              {"wee", 604800}};
  for (const auto& [name, length] : units) {
    if (name == letters) {
      return length;
    }
  }
  return 0;
}

/// "300", "5m", "1h30m".
std::optional<std::chrono::seconds> parse_stay(std::string_view text) {
  long long sum = 0;
  text = text::trim(text);
  while (!text.empty()) {
    long long count = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || count < 0) {
      return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    const auto end = std::min(text.find_first_of("0123456789 "), text.size());
    const auto unit = unit_of(text::to_lower(text.substr(0, end)));
    if (unit == 0 || count > longest_stay) {
      return std::nullopt;
    }
    sum = std::min(sum + count * unit, longest_stay);
    text = text::trim(text.substr(end));
  }
  return std::chrono::seconds(sum);
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// name=value pairs between commas and blanks; values may be quoted.
std::optional<Pairs> split_pairs(std::string_view text) {
  Pairs out;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(", \t\n"), text.size()));
    if (text.empty()) {
      return out;
    }
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
      return std::nullopt;
    }
    const auto name = text::trim(text.substr(0, equals));
    text.remove_prefix(equals + 1);
    const char quote = text.empty() ? '\0' : text.front();
    const bool quoted = quote == '"' || quote == '\'';
    text.remove_prefix(quoted ? 1 : 0);
    const auto end = quoted ? text.find(quote) : std::min(text.find(','), text.size());
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    const auto value = text.substr(0, end);
    out.emplace_back(name, quoted ? value : text::trim(value));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string text_of_field(const ban::FieldValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return *text;
  }
  std::string out;
  const auto append = [&](const auto& parts) {
    for (const auto& part : parts) {
      out += (out.empty() ? "" : ",") + part;
    }
  };
  if (const auto* set = std::get_if<std::set<std::string>>(&value)) {
    append(*set);
  } else if (const auto* tuple = std::get_if<std::vector<std::string>>(&value)) {
    append(*tuple);
  }
  return out;
}

std::optional<std::string> value_of_tag(std::string_view tag,
                                        const ban::Sighting& sighting,
                                        std::string_view jail) {
  if (tag == "ip") {
    const auto ip = sighting.fields.find("ip");
    const auto text = ip == sighting.fields.end() ? "" : text_of_field(ip->second);
    return text.empty() ? sighting.id : text;
  }
  if (tag == "fid") {
    return sighting.id;
  }
  if (tag == "jail.name" || tag == "name") {
    return std::string(jail);
  }
  if (tag.starts_with("F-")) {
    const auto field = sighting.fields.find(text::to_lower(tag.substr(2)));
    return field == sighting.fields.end() ? "" : text_of_field(field->second);
  }
  return std::nullopt;
}

Failure not_understood(std::string_view what) {
  return fail(Errc::malformed,
              "ignorecache: \"" + text::escape_clipped(what, 80) + "\" is not understood");
}

}  // namespace

Result<std::optional<IgnoreCache>> IgnoreCache::make(std::string_view option) {
  if (text::trim(option).empty()) {
    return std::optional<IgnoreCache>();
  }
  const auto pairs = split_pairs(option);
  if (!pairs) {
    return not_understood(option);
  }
  IgnoreCache out;
  for (const auto& [name, value] : *pairs) {
    if (name == "key") {
      out.key_ = value;
    } else if (name == "max-count") {
      const auto* const end = value.data() + value.size();
      const auto parsed = std::from_chars(value.data(), end, out.max_count_);
      if (parsed.ec != std::errc() || parsed.ptr != end) {
        return not_understood(value);
      }
      out.max_count_ = std::clamp<std::size_t>(out.max_count_, 1, largest_cache);
    } else if (name == "max-time") {
      const auto stay = parse_stay(value);
      if (!stay) {
        return not_understood(value);
      }
      out.max_time_ = *stay;
    }
  }
  if (out.key_.empty()) {
    return fail(Errc::malformed, "ignorecache: no key");
  }
  return std::optional(std::move(out));
}

std::string IgnoreCache::key_of(const ban::Sighting& sighting, std::string_view jail) const {
  std::string out;
  std::string_view rest = key_;
  while (!rest.empty()) {
    const auto open = std::min(rest.find('<'), rest.size());
    out += rest.substr(0, open);
    rest.remove_prefix(open);
    const auto close = rest.find('>');
    if (close == std::string_view::npos) {
      break;
    }
    const auto value = value_of_tag(rest.substr(1, close - 1), sighting, jail);
    out += value ? *value : std::string(rest.substr(0, close + 1));
    rest.remove_prefix(close + 1);
  }
  return out += rest;
}

std::optional<bool> IgnoreCache::find(const std::string& key, ban::Instant now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    return std::nullopt;
  }
  if (found->second.ends > now) {
    return found->second.is_ignored;
  }
  order_.erase(found->second.place);
  entries_.erase(found);
  return std::nullopt;
}

void IgnoreCache::put(const std::string& key, bool is_ignored, ban::Instant now) {
  if (const auto old = entries_.find(key); old != entries_.end()) {
    old->second.is_ignored = is_ignored;
    old->second.ends = now + max_time_;
    return;
  }
  while (entries_.size() >= max_count_) {
    entries_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(key);
  entries_[key] = {is_ignored, now + max_time_, std::prev(order_.end())};
}

}  // namespace spranga::guard
