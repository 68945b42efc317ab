// Transactions: the batches of requests that make our table, fill its sets and empty them. Values
// come in, messages go out; the kernel carries each batch out whole or not at all.
//
// A transaction that the kernel refuses costs 10 ms, so none is built that usually fails: what may
// not be there is put in before it is taken out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "firewall/network.h"
#include "firewall/nft_answer.h"
#include "firewall/nft_doors.h"
#include "firewall/nft_message.h"

namespace spranga::firewall::nft {

using Batch = std::vector<NetlinkMessage>;

/// What our table is to hold.
struct TableContent {
  Doors doors;
  std::vector<Network> never;
  Abilities abilities;
};

/// A set that a door had not so far.
struct NewSet {
  Door door;
  SetKey key;
};

/// The never-ban list of one family, as the kernel has it: bounds of intervals.
[[nodiscard]] std::vector<Element> never_elements(std::span<const Network> never,
                                                  net::Family family);

class Transactions {
public:
  explicit Transactions(const std::string& table) : requests_(table) {}

  /// The table of what is there; sets that it goes on with keep their elements. `never_is_there`:
  /// the never-ban sets too, since they are as they should be.
  [[nodiscard]] Batch make(const TableContent& content,
                           const Parts& found,
                           bool never_is_there) const;
  /// The table from nothing.
  [[nodiscard]] Batch make_anew(const TableContent& content) const;
  [[nodiscard]] Batch remove_table() const;

  /// The never-ban sets get these instead of what they hold.
  [[nodiscard]] Batch never_ban(std::span<const Network> never) const;

  /// The sets with their rules.
  [[nodiscard]] Batch add(std::span<const NewSet> sets, const Abilities& abilities) const;
  /// The sets of a door without rules, to be filled before it is opened.
  [[nodiscard]] Batch add_bare(const OpenedDoor& door, const Abilities& abilities) const;
  /// All that the door's sets hold goes.
  [[nodiscard]] Batch empty(const OpenedDoor& door) const;

  [[nodiscard]] Batch put(const std::string& set, std::span<const Element> elements) const;
  [[nodiscard]] Batch take_out(const std::string& set, const Element& element) const;
  /// An element that is there already gets its new time.
  [[nodiscard]] Batch ban(const BySet& elements, const Abilities& abilities) const;
  /// Whether they are there or not.
  [[nodiscard]] Batch unban(const BySet& elements) const;

private:
  void clear(Batch& batch, const Doors& doors, const Parts& found) const;
  void fill(Batch& batch, const TableContent& content, bool with_never) const;
  void add_never(Batch& batch, std::span<const Network> never) const;
  void add_set(Batch& batch,
               const Door& door,
               const SetKey& key,
               const Abilities& abilities,
               std::uint32_t& number) const;

  Requests requests_;
};

}  // namespace spranga::firewall::nft
