// Nftables: our own table, of family inet, through nfnetlink.
//
// Bans outlive the process: the kernel ends them. So the table has no owner in the kernel's sense;
// that two guards do not fight over it is for others to see to (firewall_helper/table_claim.h).
#pragma once

#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "firewall/backend.h"
#include "firewall/netlink.h"
#include "firewall/nft_listing.h"
#include "firewall/nft_transaction.h"

namespace spranga::firewall {

class Nftables : public KernelBackend {
public:
  Nftables(NetlinkSocket socket,
           const std::string& table,
           nft::Abilities abilities = of_this_kernel());

  [[nodiscard]] static nft::Abilities of_this_kernel();

  [[nodiscard]] Result<void> begin(const std::vector<Door>& doors,
                                   std::span<const Network> never) override;
  [[nodiscard]] Result<void> never_ban(std::span<const Network> never) override;
  [[nodiscard]] Result<void> open(const Door& door) override;
  [[nodiscard]] Result<void> close(DoorId door) override;
  [[nodiscard]] Result<void> ban(std::span<const Entry> entries) override;
  [[nodiscard]] Result<void> unban(std::span<const Entry> entries) override;
  [[nodiscard]] Result<void> flush(DoorId door) override;
  [[nodiscard]] Result<Holding> list(DoorId door) override;

  /// A listener of ours that is not to hear of our own large transactions: while anybody listens,
  /// the kernel makes up a message of some 4 kB for each element, and keeps them all until the
  /// transaction is done. It must outlive this.
  void spare(NetlinkSocket& listener) { listener_ = &listener; }

  /// Whether somebody else changed rules, ours maybe, at a moment in which the listener was spared;
  /// asked once.
  [[nodiscard]] bool take_missed() { return std::exchange(missed_, false); }

  /// Others took the table or parts of it away: makes all doors again, the bans that are left
  /// stay in them.
  [[nodiscard]] Result<void> repair();

  /// Every chain has as many rules as it was given, and every set is there.
  [[nodiscard]] Result<bool> is_complete();

  [[nodiscard]] const std::string& table() const { return table_; }

  /// By which the kernel's events tell our own changes.
  [[nodiscard]] std::uint32_t port() const { return socket_.port(); }

  /// Elements in one transaction.
  static constexpr std::size_t most_at_once = 1000;
  /// With as many the listener is spared.
  static constexpr std::size_t loud = 64;

private:
  [[nodiscard]] nft::Listing listing() { return {socket_, table_}; }

  [[nodiscard]] KernelAnswer commit(nft::Batch batch);
  [[nodiscard]] KernelAnswer commit_quietly(nft::Batch batch);
  [[nodiscard]] Result<void> rebuild(nft::Doors doors);
  [[nodiscard]] Result<void> remove_table();
  [[nodiscard]] Result<bool> never_is_there(const nft::Parts& found);
  [[nodiscard]] Result<void> move_elements(const nft::OpenedDoor& from, const nft::OpenedDoor& to);
  [[nodiscard]] Result<void> make_sets_for(std::span<const Entry> entries);
  [[nodiscard]] Result<void> unban_batch(const nft::BySet& elements);

  NetlinkSocket socket_;
  std::string table_;
  nft::Transactions transactions_;
  nft::TableContent content_;
  bool ready_{false};  // the table is as we made it
  NetlinkSocket* listener_{nullptr};
  bool missed_{false};
};

}  // namespace spranga::firewall
