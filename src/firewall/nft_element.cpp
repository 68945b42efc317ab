#include "firewall/nft_element.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

namespace spranga::firewall::nft {

namespace {

std::string key_of(const OneOf& what, std::uint32_t value) {
  return what.what == OneOf::What::ports ? network_bytes(static_cast<std::uint16_t>(value))
                                         : network_bytes(static_cast<std::uint8_t>(value));
}

/// Each value as an element; none where they are too many.
std::vector<Element> values(const OneOf& what) {
  constexpr std::size_t most_values = 256;
  std::vector<Element> out;
  for (const auto& range : what.ranges) {
    for (std::uint32_t value = range.first; value <= range.last; ++value) {
      if (out.size() == most_values) {
        return {};
      }
      out.push_back({key_of(what, value), std::nullopt, false});
    }
  }
  return out;
}

/// The bounds of intervals as elements: each beginning, and the first that is outside again.
std::vector<Element> bounds(const OneOf& what) {
  const std::uint32_t last = what.what == OneOf::What::ports ? 0xffff : 0xff;
  const auto key = [&](std::uint32_t value) { return key_of(what, value); };
  std::vector<Element> out;
  if (!what.ranges.empty() && what.ranges.front().first > 0) {
    out.push_back({key(0), std::nullopt, true});
  }
  for (const auto& range : what.ranges) {
    // Where one ends another may begin at once: the end is then said by nothing.
    if (!out.empty() && out.back().interval_end && out.back().key == key(range.first)) {
      out.pop_back();
    } else {
      out.push_back({key(range.first), std::nullopt, false});
    }
    if (range.last < last) {
      out.push_back({key(range.last + 1U), std::nullopt, true});
    }
  }
  return out;
}

Element read_element(const nlattr& attribute) {
  Element out;
  bool timed = false;
  for_each_attribute(attribute, [&](const nlattr& part) {
    switch (::mnl_attr_get_type(&part)) {
      case NFTA_SET_ELEM_KEY:
        for_each_attribute(part, [&](const nlattr& data) { out.key = bytes_of(data); });
        break;
      case NFTA_SET_ELEM_FLAGS:
        out.interval_end = (number_of(part) & NFT_SET_ELEM_INTERVAL_END) != 0;
        break;
      case NFTA_SET_ELEM_TIMEOUT:
        timed = timed || number_of(part) != 0;
        out.lasts = out.lasts
                        ? out.lasts
                        : std::chrono::milliseconds(static_cast<std::int64_t>(number_of(part)));
        break;
      case NFTA_SET_ELEM_EXPIRATION:
        out.lasts = std::chrono::milliseconds(static_cast<std::int64_t>(number_of(part)));
        break;
      default:
        break;
    }
  });
  if (!timed) {
    out.lasts.reset();
  }
  return out;
}

}  // namespace

SmallSet small_set(const OneOf& what) {
  auto each = values(what);
  return each.empty() ? SmallSet{bounds(what), true} : SmallSet{std::move(each), false};
}

void put_data(NetlinkMessage& to, std::uint16_t type, std::string_view value) {
  to.nest(type, [&] { to.attribute(NFTA_DATA_VALUE, value); });
}

void put_elements(NetlinkMessage& to, std::span<const Element> elements) {
  to.nest(NFTA_SET_ELEM_LIST_ELEMENTS, [&] {
    for (const auto& element : elements) {
      to.nest(NFTA_LIST_ELEM, [&] {
        put_data(to, NFTA_SET_ELEM_KEY, element.key);
        if (element.interval_end) {
          to.number32(NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
        }
        if (element.lasts) {
          to.number64(NFTA_SET_ELEM_TIMEOUT, static_cast<std::uint64_t>(element.lasts->count()));
        }
      });
    }
  });
}

void read_elements(const nlmsghdr& message, std::vector<Element>& out) {
  for_each_attribute(message, sizeof(nfgenmsg), [&](const nlattr& attribute) {
    if (::mnl_attr_get_type(&attribute) == NFTA_SET_ELEM_LIST_ELEMENTS) {
      for_each_attribute(attribute, [&](const nlattr& each) { out.push_back(read_element(each)); });
    }
  });
}

}  // namespace spranga::firewall::nft
