#include "guard/config/value_check.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/config/python_text.h"
#include "guard/config/time_expression.h"
#include "text/nearest.h"

namespace spranga::guard::config {

namespace {

using Choices = std::span<const std::string_view>;

constexpr std::array<std::string_view, 4> dns_choices = {"yes", "warn", "raw", "no"};
constexpr std::array<std::string_view, 5> backends = {
    "auto", "pyinotify", "gamin", "polling", "systemd"};
constexpr std::array<std::string_view, 9> ipv6_choices = {
    "auto", "yes", "no", "true", "false", "on", "off", "1", "0"};

bool is_among(std::string_view value, Choices choices) {
  return std::ranges::find(choices, lower(value)) != choices.end();
}

/// "usedns = wran: choose …; no holds; did you mean warn?" `advice` names the choices for a person.
std::string choose(std::string_view option,
                   std::string_view value,
                   Choices choices,
                   std::string_view advice) {
  auto out = std::string(option) + " = " + std::string(value) + std::string(advice);
  if (const auto nearest = text::nearest(lower(value), choices); !nearest.empty()) {
    out += "; did you mean " + std::string(nearest) + "?";
  }
  return out;
}

/// The value of an option that is set to something; nullptr where it is not.
const Value* given(const Section& options, std::string_view name) {
  const auto* value = options.find(name);
  return value == nullptr || value->is_none() ? nullptr : value;
}

/// What inet_pton reads; nullopt where that is no address of the family.
std::optional<std::string> address_bytes(const std::string& text, int family) {
  std::string bytes(family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr), '\0');
  return ::inet_pton(family, text.c_str(), bytes.data()) == 1 ? std::optional(bytes) : std::nullopt;
}

bool is_address(const std::string& text, int family) {
  return address_bytes(text, family).has_value();
}

/// How many ones a mask begins with; nullopt where others follow.
std::optional<int> ones_of(std::string_view mask) {
  int ones = 0;
  bool ended = false;
  for (const char c : mask) {
    const auto byte = static_cast<unsigned char>(c);
    if ((ended && byte != 0) || std::popcount(byte) != std::countl_one(byte)) {
      return std::nullopt;
    }
    ones += std::countl_one(byte);
    ended = byte != 0xFF;
  }
  return ones;
}

/// "24", "255.255.255.0", "ffff::": a mask of either family gives the bits of either, as fail2ban
/// takes it.
std::optional<int> mask_bits(const std::string& text) {
  for (const int family : {AF_INET, AF_INET6}) {
    if (const auto bytes = address_bytes(text, family)) {
      return ones_of(*bytes);
    }
  }
  int bits = -1;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, bits);
  return read.ec == std::errc() && read.ptr == end && bits >= 0 ? std::optional(bits)
                                                                : std::nullopt;
}

/// A network is written ADDRESS/BITS or ADDRESS/MASK; whatever else has a slash is a slip.
bool is_network(std::string_view word) {
  constexpr int bits4 = 32;
  constexpr int bits6 = 128;
  const auto slash = word.find('/');
  const std::string address(word.substr(0, slash));
  const auto bits = mask_bits(std::string(word.substr(slash + 1)));
  return bits && ((*bits <= bits4 && is_address(address, AF_INET)) ||
                  (*bits <= bits6 && is_address(address, AF_INET6)));
}

/// Digits and dots that are no address: nobody's name is like that.
bool is_half_an_address(const std::string& word) {
  return word.find_first_not_of("0123456789.") == std::string::npos && !is_address(word, AF_INET);
}

void check_ignored(const Value& value, Problems& problems) {
  const auto& all = value.str();
  for (std::size_t at = 0; at < all.size();) {
    const auto end = std::min(all.find_first_of(" ,\n\t", at), all.size());
    const auto word = all.substr(at, end - at);
    const bool network = word.find('/') != std::string::npos && !word.starts_with("file:");
    if ((network && !is_network(word)) || (!word.empty() && is_half_an_address(word))) {
      problems.warn(value.text.place_at(at),
                    "ignoreip: " + word + " is no address and no network, and ignores nobody");
    }
    at = end + 1;
  }
}

/// Only -1 is for good; any other negative length is over before it begins.
void check_length(const Section& options,
                  std::string_view name,
                  std::string_view outcome,
                  Problems& problems) {
  const auto* value = given(options, name);
  const auto length = value == nullptr ? fail(Errc::not_found, "") : parse_time(value->str());
  if (length && length->count() < -1) {
    problems.warn(value->written,
                  std::string(name) + " = " + value->str() + ": " + std::string(outcome) +
                      "; -1 means for good");
  }
}

void check_lengths(const Section& options, Problems& problems) {
  check_length(options, "bantime", "such a ban is over at once, and nobody is banned", problems);
  check_length(options, "bantime.maxtime", "whoever was banned before is let go at once", problems);
}

}  // namespace

Result<void> check_values(const Jail& jail, Problems& problems) {
  if (const auto* dns = given(jail.options, "usedns"); dns && !is_among(dns->str(), dns_choices)) {
    problems.warn(
        dns->written,
        choose("usedns", dns->str(), dns_choices, ": choose yes, warn, raw or no; no holds"));
  }
  if (const auto* ignored = given(jail.options, "ignoreip")) {
    check_ignored(*ignored, problems);
  }
  check_lengths(jail.options, problems);
  if (const auto* backend = given(jail.options, "backend")) {
    const auto name = backend->str().substr(0, backend->str().find('['));
    if (!is_among(strip(name), backends)) {
      return problems.refuse(
          backend->written,
          choose(
              "backend",
              backend->str(),
              backends,
              ": choose auto, pyinotify, gamin, polling or systemd; without one there is no jail"),
          "Unknown backend " + backend->str());
    }
  }
  return {};
}

void check_server_values(const Section& options, Problems& problems) {
  if (const auto* ipv6 = given(options, "allowipv6");
      ipv6 && !is_among(ipv6->str(), ipv6_choices)) {
    problems.warn(
        ipv6->written,
        choose("allowipv6", ipv6->str(), ipv6_choices, ": choose auto, yes or no; no holds"));
  }
  if (const auto* age = given(options, "dbpurgeage"); age && !parse_time(age->str())) {
    problems.warn(
        age->written,
        "dbpurgeage = " + age->str() + ": this is no span of time, and the default holds");
  }
}

}  // namespace spranga::guard::config
