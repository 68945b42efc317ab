// What the guard and the firewall process tell one another: what is read is whole and within its
// limits, and packing it again gives the same bytes.
#include "firewall/messages.h"
#include "fuzz/input.h"

using spranga::fuzz::require;
namespace firewall = spranga::firewall;

namespace {

void check_entries(const std::vector<firewall::Entry>& entries) {
  require(entries.size() <= firewall::most_entries);
  for (const auto& entry : entries) {
    require(entry.door < firewall::most_doors);
    require(entry.prefix >= firewall::widest(entry.base.family()));
    require(firewall::is_sound({entry.base, entry.prefix}));
    require(!entry.lasts || entry.lasts->count() > 0);
  }
}

void check_order(const firewall::Order& order) {
  if (const auto* ban = std::get_if<firewall::BanEntries>(&order)) {
    check_entries(ban->entries);
  } else if (const auto* open = std::get_if<firewall::OpenDoor>(&order)) {
    require(open->door.ports.size() <= firewall::Door::most_ports);
    require(open->door.name.find_first_of(" ;$\n\"'") == std::string::npos);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = spranga::fuzz::as_text(data, size);
  if (const auto request = firewall::read_request(bytes)) {
    check_order(request->order);
    require(firewall::pack(*request) == bytes);
  }
  if (const auto answer = firewall::read_answer(bytes)) {
    require(firewall::pack(*answer) == bytes);
  }
  return 0;
}
