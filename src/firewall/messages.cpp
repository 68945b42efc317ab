#include "firewall/messages.h"

#include <algorithm>

#include "process/wire.h"
#include "text/ascii.h"

namespace spranga::firewall {

namespace {

using process::Packer;
using process::Unpacker;

constexpr std::size_t longest_name = 24;  // f2b-NAME is the longest chain of iptables then

enum class Kind : std::uint8_t { start, never, open, close, ban, unban, flush, list };
enum class AnswerKind : std::uint8_t { outcome, holding, lost, touched, lacking };

// ---- packing ----

void put(Packer& to, const net::Address& address) {
  to.put(address.bytes());
}

void put(Packer& to, const Network& network) {
  put(to, network.base);
  to.put(network.prefix);
}

void put(Packer& to, const Door& door) {
  to.put(door.id);
  to.put(door.backend);
  to.put(door.protocols);
  to.list(door.ports, [](Packer& each, const PortRange& range) {
    each.put(range.first);
    each.put(range.last);
  });
  to.put(door.verdict);
  to.put(door.name);
}

void put(Packer& to, const Entry& entry) {
  to.put(entry.door);
  put(to, entry.base);
  to.put(entry.prefix);
  to.maybe(entry.lasts);
}

template <class Item>
void put_all(Packer& to, const std::vector<Item>& items) {
  to.list(items, [](Packer& each, const Item& item) { put(each, item); });
}

void put(Packer& to, const Start& order) {
  to.put(Kind::start);
  to.put(order.table);
  put_all(to, order.never);
  put_all(to, order.doors);
}

void put(Packer& to, const NeverBan& order) {
  to.put(Kind::never);
  put_all(to, order.never);
}

void put(Packer& to, const OpenDoor& order) {
  to.put(Kind::open);
  put(to, order.door);
}

void put(Packer& to, const CloseDoor& order) {
  to.put(Kind::close);
  to.put(order.door);
}

void put(Packer& to, const BanEntries& order) {
  to.put(Kind::ban);
  put_all(to, order.entries);
}

void put(Packer& to, const UnbanEntries& order) {
  to.put(Kind::unban);
  put_all(to, order.entries);
}

void put(Packer& to, const FlushDoor& order) {
  to.put(Kind::flush);
  to.put(order.door);
}

void put(Packer& to, const ListDoor& order) {
  to.put(Kind::list);
  to.put(order.door);
}

void put(Packer& to, const Outcome& answer) {
  to.put(AnswerKind::outcome);
  to.put(answer.order);
  to.put(answer.code);
  to.put(std::string_view(answer.error).substr(0, longest_reason));
}

void put(Packer& to, const HoldingPart& answer) {
  to.put(AnswerKind::holding);
  to.put(answer.order);
  put_all(to, answer.holding.entries);
  to.put(answer.holding.complete);
}

void put(Packer& to, const Lost& answer) {
  to.put(AnswerKind::lost);
  to.put(std::string_view(answer.why).substr(0, longest_reason));
}

void put(Packer& to, const RulesTouched& /*answer*/) {
  to.put(AnswerKind::touched);
}

void put(Packer& to, const Lacking& answer) {
  to.put(AnswerKind::lacking);
  to.put(std::string_view(answer.what).substr(0, longest_reason));
}

// ---- reading ----

void require(Unpacker& from, bool promise) {
  if (!promise) {
    from.refuse();
  }
}

net::Address get_address(Unpacker& from) {
  const auto bytes = from.view();
  const auto address = address_from(bytes);
  // One that became IPv4 was not what it says.
  require(from, address && address->bytes() == bytes);
  return address.value_or(net::Address());
}

Network get_network(Unpacker& from) {
  Network out;
  out.base = get_address(from);
  out.prefix = from.get<std::uint8_t>();
  require(from, is_sound(out));
  return out;
}

DoorId get_door_id(Unpacker& from) {
  const auto out = from.get<DoorId>();
  require(from, out < most_doors);
  return out;
}

bool is_letter(char byte) {
  return text::to_lower(byte) >= 'a' && text::to_lower(byte) <= 'z';
}

bool is_name_byte(char byte) {
  return is_letter(byte) || text::is_digit(byte) || byte == '-' || byte == '_' || byte == '.';
}

bool is_name(std::string_view name, std::size_t longest) {
  return name.size() <= longest && std::ranges::all_of(name, is_name_byte);
}

/// As guard/actions lets it be: iptables knows more letters than nftables.
bool is_door_name(std::string name) {
  std::ranges::replace(name, '@', '-');
  return is_name(name, longest_name);
}

bool in_order(const std::vector<PortRange>& ports) {
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (ports[i].first > ports[i].last || (i > 0 && ports[i].first <= ports[i - 1].last)) {
      return false;
    }
  }
  return ports.size() <= Door::most_ports;
}

Door get_door(Unpacker& from) {
  Door out;
  out.id = get_door_id(from);
  out.backend = from.one_of(Backend::ipset);
  out.protocols = from.one_of(Protocols::all);
  out.ports = from.list([](Unpacker& each) {
    const auto first = each.get<std::uint16_t>();
    return PortRange{first, each.get<std::uint16_t>()};
  });
  out.verdict = from.one_of(Verdict::drop);
  out.name = from.text();
  require(from, in_order(out.ports));
  require(from, out.protocols != Protocols::all || out.ports.empty());
  require(from, is_door_name(out.name));
  require(from, out.backend != Backend::ipset || !out.name.empty());
  return out;
}

Entry get_entry(Unpacker& from) {
  Entry out;
  out.door = get_door_id(from);
  const auto network = get_network(from);
  out.base = network.base;
  out.prefix = network.prefix;
  out.lasts = from.maybe([](Unpacker& each) { return each.length<std::chrono::milliseconds>(); });
  require(from, !out.lasts || (out.lasts->count() > 0 && *out.lasts <= longest_ban));
  require(from, out.prefix >= widest(out.base.family()));
  return out;
}

std::vector<Entry> get_entries(Unpacker& from) {
  auto out = from.list(get_entry);
  require(from, out.size() <= most_entries);
  return out;
}

std::vector<Network> get_never(Unpacker& from) {
  auto out = from.list(get_network);
  require(from, out.size() <= Start::most_never);
  return out;
}

Start get_start(Unpacker& from) {
  Start out;
  out.table = from.text();
  out.never = get_never(from);
  out.doors = from.list(get_door);
  require(from,
          is_name(out.table, Start::longest_table) && out.table.find('.') == std::string::npos);
  require(from, !out.table.empty() && is_letter(out.table[0]));
  std::vector<DoorId> ids;
  for (const auto& door : out.doors) {
    ids.push_back(door.id);
  }
  std::ranges::sort(ids);
  require(from, std::ranges::adjacent_find(ids) == ids.end());
  return out;
}

Order get_order(Unpacker& from) {
  switch (from.one_of(Kind::list)) {
    case Kind::start:
      return get_start(from);
    case Kind::never:
      return NeverBan{get_never(from)};
    case Kind::open:
      return OpenDoor{get_door(from)};
    case Kind::close:
      return CloseDoor{get_door_id(from)};
    case Kind::ban:
      return BanEntries{get_entries(from)};
    case Kind::unban:
      return UnbanEntries{get_entries(from)};
    case Kind::flush:
      return FlushDoor{get_door_id(from)};
    case Kind::list:
      break;
  }
  return ListDoor{get_door_id(from)};
}

std::string get_reason(Unpacker& from) {
  auto out = from.text();
  require(from, out.size() <= longest_reason);
  return out;
}

Answer get_answer(Unpacker& from) {
  switch (from.one_of(AnswerKind::lacking)) {
    case AnswerKind::outcome: {
      Outcome out;
      out.order = from.get<std::uint64_t>();
      out.code = from.one_of(Errc::internal);
      out.error = get_reason(from);
      return out;
    }
    case AnswerKind::holding: {
      HoldingPart out;
      out.order = from.get<std::uint64_t>();
      out.holding.entries = get_entries(from);
      out.holding.complete = from.get<bool>();
      return out;
    }
    case AnswerKind::lost:
      return Lost{get_reason(from)};
    case AnswerKind::touched:
      return RulesTouched{};
    case AnswerKind::lacking:
      break;
  }
  return Lacking{get_reason(from)};
}

}  // namespace

std::string pack(const Request& request) {
  Packer out;
  out.put(request.number);
  std::visit([&out](const auto& order) { put(out, order); }, request.order);
  return out.take();
}

Result<Request> read_request(std::string_view bytes) {
  Unpacker from(bytes);
  Request out;
  out.number = from.get<std::uint64_t>();
  out.order = get_order(from);
  SPRANGA_CHECK(from.finish("firewall order"));
  return out;
}

std::string pack(const Answer& answer) {
  Packer out;
  std::visit([&out](const auto& what) { put(out, what); }, answer);
  return out.take();
}

Result<Answer> read_answer(std::string_view bytes) {
  Unpacker from(bytes);
  auto out = get_answer(from);
  SPRANGA_CHECK(from.finish("firewall answer"));
  return out;
}

std::size_t packed_size(const Door& door) {
  Packer out;
  put(out, door);
  return out.bytes().size();
}

}  // namespace spranga::firewall
