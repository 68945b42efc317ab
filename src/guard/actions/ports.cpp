#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "guard/actions/native.h"
#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::guard::actions {

namespace {

using firewall::PortRange;

std::optional<std::uint16_t> port_number(std::string_view text) {
  std::uint16_t out = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return read.ec == std::errc() && read.ptr == end ? std::optional(out) : std::nullopt;
}

std::optional<std::uint16_t> port_of(std::string_view text, const ServicePort& service) {
  return !text.empty() && text::is_digit(text.front()) ? port_number(text) : service(text);
}

/// "80", "smtp", "1000:1010". Numbers may be joined by a dash too, as nft writes them; names have
/// dashes of their own.
std::optional<PortRange> range_of(std::string_view word, const ServicePort& service) {
  auto middle = word.find(':');
  if (middle == std::string_view::npos && text::is_digit(word.front())) {
    middle = word.find('-');
  }
  const auto first = port_of(word.substr(0, middle), service);
  const auto last =
      middle == std::string_view::npos ? first : port_of(word.substr(middle + 1), service);
  if (!first || !last || *first > *last) {
    return std::nullopt;
  }
  return PortRange{*first, *last};
}

/// Sorted; what touches is one.
std::vector<PortRange> merged(std::vector<PortRange> ranges) {
  std::ranges::sort(ranges, {}, &PortRange::first);
  std::vector<PortRange> out;
  for (const auto& range : ranges) {
    if (!out.empty() && range.first <= out.back().last + 1) {
      out.back().last = std::max(out.back().last, range.last);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

bool is_everything(const std::vector<PortRange>& ranges) {
  constexpr std::uint16_t highest = 65535;
  return ranges.size() == 1 && ranges.front().first <= 1 && ranges.front().last == highest;
}

}  // namespace

Result<std::vector<PortRange>> parse_ports(std::string_view text, const ServicePort& service) {
  std::string words(text);
  std::ranges::replace_if(
      words, [](char c) { return c == ',' || c == '\n'; }, ' ');
  std::vector<PortRange> out;
  for (const auto word : text::split_words(words)) {
    const auto range = range_of(word, service);
    if (!range) {
      return fail(Errc::malformed, "no port: " + text::escape(word));
    }
    out.push_back(*range);
  }
  if (out.empty()) {
    return fail(Errc::malformed, "no port is named");
  }
  out = merged(std::move(out));
  if (is_everything(out)) {
    out.clear();
  }
  if (out.size() > firewall::Door::most_ports) {
    return fail(Errc::too_large, "too many ports");
  }
  return out;
}

ServicePort service_ports(std::string_view text) {
  auto known = std::make_shared<std::map<std::string, std::uint16_t, std::less<>>>();
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find('#'));
    auto words = text::split_words(line);
    if (words.size() < 2) {
      continue;
    }
    const auto number = port_number(words[1].substr(0, words[1].find('/')));
    words.erase(words.begin() + 1);
    for (const auto name : words) {
      if (number) {
        known->try_emplace(std::string(name), *number);
      }
    }
  }
  return [known](std::string_view name) {
    const auto found = known->find(name);
    return found == known->end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace spranga::guard::actions
