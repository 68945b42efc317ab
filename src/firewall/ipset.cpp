#include "firewall/ipset.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <cerrno>

namespace spranga::firewall {

namespace {

constexpr std::uint8_t ipset_protocol = 6;  // spoken by every kernel since 2.6.39
constexpr std::uint8_t revision = 0;        // of hash:net: what we use is in the first
constexpr std::uint32_t most_in_set = 1'048'576;
constexpr std::size_t most_in_message = 500;
constexpr std::chrono::seconds patience{1};
constexpr int hash_full = IPSET_ERR_TYPE_SPECIFIC;  // the first of the hash types' own errors

std::size_t index_of(net::Family family) {
  return family == net::Family::ipv4 ? 0 : 1;
}

std::uint8_t family_number(net::Family family) {
  return family == net::Family::ipv4 ? AF_INET : AF_INET6;
}

NetlinkMessage start_command(std::uint16_t command,
                             const std::string& set,
                             std::uint16_t flags = 0,
                             net::Family family = net::Family::ipv4) {
  NetlinkMessage out(NFNL_SUBSYS_IPSET << 8U | command,
                     static_cast<std::uint16_t>(NLM_F_REQUEST | flags));
  nfgenmsg header{};
  header.nfgen_family = family_number(family);
  header.version = NFNETLINK_V0;
  out.structure(header);
  out.number8(IPSET_ATTR_PROTOCOL, ipset_protocol);
  out.text(IPSET_ATTR_SETNAME, set);
  return out;
}

constexpr std::uint16_t in_network_order(std::uint16_t type) {
  return type | NLA_F_NET_BYTEORDER;
}

void put_entry(NetlinkMessage& to, const Entry& entry, bool with_time) {
  to.nest(IPSET_ATTR_DATA, [&] {
    to.nest(IPSET_ATTR_IP, [&] {
      const bool ipv4 = entry.base.family() == net::Family::ipv4;
      to.attribute(in_network_order(ipv4 ? std::uint16_t{IPSET_ATTR_IPADDR_IPV4}
                                         : std::uint16_t{IPSET_ATTR_IPADDR_IPV6}),
                   entry.base.bytes());
    });
    to.number8(IPSET_ATTR_CIDR, entry.prefix);
    if (with_time) {
      to.number32(in_network_order(IPSET_ATTR_TIMEOUT), ipset_seconds(entry.lasts));
    }
  });
}

Result<void> ipset_result(const KernelAnswer& answer, const std::string& what) {
  if (!answer) {
    return {};
  }
  switch (answer->number) {
    case hash_full:
      return fail(Errc::too_large, what + ": the set is full");
    case IPSET_ERR_BUSY:
      return fail(Errc::conflict, what + ": a rule looks into it");
    case IPSET_ERR_FIND_TYPE:
      return fail(Errc::not_found, what + ": this kernel has no hash:net");
    case IPSET_ERR_EXIST:
      return fail(Errc::conflict, what + ": a set of another kind is there");
    case EINVAL:
      return fail(Errc::not_found, what + ": this kernel has no ipset");
    default:
      return Failure(answer->as(what));
  }
}

std::optional<Entry> read_entry(const nlattr& data, DoorId door) {
  std::string address;
  Entry out;
  out.door = door;
  std::optional<std::uint8_t> prefix;
  for_each_attribute(data, [&](const nlattr& part) {
    switch (::mnl_attr_get_type(&part)) {
      case IPSET_ATTR_IP:
        for_each_attribute(part, [&](const nlattr& bytes) { address = bytes_of(bytes); });
        break;
      case IPSET_ATTR_CIDR:
        prefix = static_cast<std::uint8_t>(number_of(part));
        break;
      case IPSET_ATTR_TIMEOUT:
        if (const auto left = number_of(part); left != 0) {
          out.lasts = std::chrono::seconds(static_cast<std::int64_t>(left));
        }
        break;
      default:
        break;
    }
  });
  const auto base = address_from(address);
  if (!base) {
    return std::nullopt;
  }
  out.base = *base;
  out.prefix = prefix.value_or(full_prefix(base->family()));
  return out;
}

}  // namespace

std::string ipset_name(const Door& door, net::Family family) {
  return fmt::format("f2b-{}{}", door.name, family == net::Family::ipv4 ? "" : "6");
}

std::uint32_t ipset_seconds(const std::optional<std::chrono::milliseconds>& lasts) {
  if (!lasts) {
    return 0;
  }
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*lasts).count();
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(seconds, 1, std::int64_t{longest_ipset_ban}));
}

Result<void> Ipset::create(const std::string& name, net::Family family) {
  const auto message = [&] {
    auto out = start_command(IPSET_CMD_CREATE, name, NLM_F_CREATE, family);
    out.text(IPSET_ATTR_TYPENAME, "hash:net");
    out.number8(IPSET_ATTR_REVISION, revision);
    out.number8(IPSET_ATTR_FAMILY, family_number(family));
    out.nest(IPSET_ATTR_DATA, [&] {
      out.number32(in_network_order(IPSET_ATTR_TIMEOUT), 0);
      out.number32(in_network_order(IPSET_ATTR_MAXELEM), most_in_set);
    });
    return out;
  };
  const auto what = "the set " + name;
  auto answer = socket_.request(message());
  if (answer && answer->number == IPSET_ERR_EXIST) {
    // Left by another program, with other properties; a rule may still look into it.
    SPRANGA_CHECK(ipset_result(socket_.request(start_command(IPSET_CMD_DESTROY, name)), what));
    answer = socket_.request(message());
  }
  return ipset_result(answer, what);
}

Result<void> Ipset::begin(const std::vector<Door>& doors, std::span<const Network> /*never*/) {
  Result<void> first;
  for (const auto& door : doors) {
    auto opened = open(door);
    if (first && !opened) {
      first = std::move(opened);
    }
  }
  return first;
}

/// Rules of iptables know nothing of the list: that orders are checked against it must do.
Result<void> Ipset::never_ban(std::span<const Network> /*never*/) {
  return {};
}

Result<void> Ipset::open(const Door& door) {
  Names names = {ipset_name(door, net::Family::ipv4), ipset_name(door, net::Family::ipv6)};
  for (const auto& [id, other] : doors_) {
    if (id != door.id && (other[0] == names[0] || other[0] == names[1] || other[1] == names[0])) {
      return fail(Errc::conflict, fmt::format("door {} has the set {}", id, names[0]));
    }
  }
  if (const auto before = doors_.find(door.id); before != doors_.end() && before->second != names) {
    SPRANGA_CHECK(close(door.id));
  }
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    SPRANGA_CHECK(create(names[index_of(family)], family));
  }
  doors_[door.id] = std::move(names);
  return {};
}

Result<void> Ipset::close(DoorId door) {
  const auto found = doors_.find(door);
  if (found == doors_.end()) {
    return not_open(door);
  }
  SPRANGA_CHECK(flush(door));
  for (const auto& name : found->second) {
    const auto answer = socket_.request(start_command(IPSET_CMD_DESTROY, name));
    if (answer && answer->number != ENOENT) {
      return ipset_result(answer, "the set " + name);
    }
  }
  for (const auto& name : found->second) {
    filled_until_.erase(name);
  }
  doors_.erase(found);
  return {};
}

/// How many elements the set has; nullopt: this kernel does not tell.
Result<std::optional<std::uint32_t>> Ipset::count(const std::string& name) {
  std::optional<std::uint32_t> out;
  auto message = start_command(IPSET_CMD_LIST, name, NLM_F_DUMP);
  message.number32(in_network_order(IPSET_ATTR_FLAGS), IPSET_FLAG_LIST_HEADER);
  const auto answer = socket_.dump(
      std::move(message),
      [&out] { out.reset(); },
      [&out](const nlmsghdr& told) {
        for_each_attribute(told, sizeof(nfgenmsg), [&out](const nlattr& attribute) {
          if (::mnl_attr_get_type(&attribute) != IPSET_ATTR_DATA) {
            return;
          }
          for_each_attribute(attribute, [&out](const nlattr& part) {
            if (::mnl_attr_get_type(&part) == IPSET_ATTR_ELEMENTS) {
              out = static_cast<std::uint32_t>(number_of(part));
            }
          });
        });
      });
  SPRANGA_CHECK(ipset_result(answer, "reading " + name));
  return out;
}

void Ipset::note_banned(const std::string& name, const Entry& entry, Time now) {
  // The kernel may take an element out up to a second before its time.
  const auto end =
      entry.lasts ? now + std::chrono::seconds(ipset_seconds(entry.lasts)) - patience : Time::max();
  auto& until = filled_until_.try_emplace(name, Time::min()).first->second;
  until = std::max(until, end);
}

/// What we took out ourselves is nobody else's doing.
void Ipset::note_emptied(const std::string& name) {
  const auto found = filled_until_.find(name);
  if (found == filled_until_.end()) {
    return;
  }
  const auto left = count(name);
  if (!left || *left == std::uint32_t{0}) {
    filled_until_.erase(found);
  }
}

std::optional<std::string> Ipset::look(Time now) {
  std::optional<std::string> out;
  for (const auto& [id, names] : doors_) {
    for (const auto& name : names) {
      const auto left = count(name);
      if (!left && left.error().code == Errc::not_found) {
        out = fmt::format("the set {} was destroyed by another program", name);
        filled_until_.erase(name);
        continue;
      }
      const auto filled = filled_until_.find(name);
      if (left && *left == std::uint32_t{0} && filled != filled_until_.end()) {
        if (filled->second > now) {
          out = fmt::format("the set {} was emptied by another program", name);
        }
        filled_until_.erase(filled);
      }
    }
  }
  return out;
}

Result<void> Ipset::repair() {
  for (const auto& [id, names] : doors_) {
    for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
      SPRANGA_CHECK(create(names[index_of(family)], family));
    }
  }
  return {};
}

/// Without NLM_F_EXCL what is there is prolonged, and what is not there is no error.
Result<void> Ipset::order(std::uint16_t command,
                          const std::string& name,
                          std::span<const Entry* const> entries) {
  const bool adds = command == IPSET_CMD_ADD;
  auto message = start_command(command, name);
  message.attribute(IPSET_ATTR_LINENO, host_bytes(std::uint32_t{0}));
  message.nest(IPSET_ATTR_ADT, [&] {
    for (const auto* entry : entries) {
      put_entry(message, *entry, adds);
    }
  });
  SPRANGA_CHECK(ipset_result(socket_.request(std::move(message)), adds ? "banning" : "unbanning"));
  if (adds) {
    const auto now = std::chrono::steady_clock::now();
    for (const auto* entry : entries) {
      note_banned(name, *entry, now);
    }
  }
  return {};
}

Result<void> Ipset::change(std::uint16_t command, std::span<const Entry> entries) {
  std::map<std::string, std::vector<const Entry*>> by_set;
  for (const auto& entry : entries) {
    const auto door = doors_.find(entry.door);
    if (door == doors_.end()) {
      return not_open(entry.door);
    }
    by_set[door->second.at(index_of(entry.base.family()))].push_back(&entry);
  }
  Result<void> first;
  for (const auto& [name, all] : by_set) {
    for (std::span<const Entry* const> left = all; !left.empty();) {
      const auto part = left.first(std::min(left.size(), most_in_message));
      left = left.subspan(part.size());
      if (auto done = order(command, name, part); first && !done) {
        first = std::move(done);
      }
    }
    if (command == IPSET_CMD_DEL) {
      note_emptied(name);
    }
  }
  return first;
}

Result<void> Ipset::ban(std::span<const Entry> entries) {
  return change(IPSET_CMD_ADD, entries);
}

Result<void> Ipset::unban(std::span<const Entry> entries) {
  return change(IPSET_CMD_DEL, entries);
}

Result<void> Ipset::flush(DoorId door) {
  const auto found = doors_.find(door);
  if (found == doors_.end()) {
    return not_open(door);
  }
  for (const auto& name : found->second) {
    const auto answer = socket_.request(start_command(IPSET_CMD_FLUSH, name));
    if (answer && answer->number != ENOENT) {
      return ipset_result(answer, "emptying " + name);
    }
    filled_until_.erase(name);
  }
  return {};
}

Result<void> Ipset::read_set(const std::string& name, DoorId door, std::vector<Entry>& out) {
  const auto before = out.size();
  const auto answer = socket_.dump(
      start_command(IPSET_CMD_LIST, name, NLM_F_DUMP),
      [&] { out.resize(before); },
      [&](const nlmsghdr& message) {
        for_each_attribute(message, sizeof(nfgenmsg), [&](const nlattr& attribute) {
          if (::mnl_attr_get_type(&attribute) != IPSET_ATTR_ADT) {
            return;
          }
          for_each_attribute(attribute, [&](const nlattr& data) {
            if (const auto entry = read_entry(data, door)) {
              out.push_back(*entry);
            }
          });
        });
      });
  return ipset_result(answer, "reading " + name);
}

Result<Holding> Ipset::list(DoorId door) {
  const auto found = doors_.find(door);
  if (found == doors_.end()) {
    return not_open(door);
  }
  Holding out;
  for (const auto& name : found->second) {
    auto read = read_set(name, door, out.entries);
    if (!read && read.error().code != Errc::not_found) {
      return Failure(std::move(read).error());
    }
    out.complete = out.complete && read.has_value();
  }
  return out;
}

}  // namespace spranga::firewall
