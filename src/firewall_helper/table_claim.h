// TableClaim: that two guards do not fight over a table. Who has it holds a name of an abstract
// Unix socket, which is the network namespace's, as the table is, and goes with its process,
// however that ends.
//
// Anybody may hold such a name, so only a claim that root has made counts: nobody else can keep a
// guard from its table. The kernel's own way, a table with an owner, makes some programs fail: nft
// 1.0.6 (Debian 12) writes broken JSON wherever a table has flags.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace spranga::firewall_helper {

class TableClaim {
public:
  /// While rights are there. Errc::taken names the process that has the table.
  [[nodiscard]] static Result<TableClaim> make(const std::string& table);

  [[nodiscard]] const std::string& table() const { return table_; }

private:
  TableClaim(std::string table, Fd socket) : table_(std::move(table)), socket_(std::move(socket)) {}

  std::string table_;
  Fd socket_;
};

}  // namespace spranga::firewall_helper
