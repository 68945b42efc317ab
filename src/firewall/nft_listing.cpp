#include "firewall/nft_listing.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <cerrno>

namespace spranga::firewall::nft {

KernelAnswer Listing::names(NetlinkMessage question, std::vector<std::string>& out) {
  return socket_.dump(
      std::move(question),
      [&out] { out.clear(); },
      [this, &out](const nlmsghdr& answer) {
        if (const auto thing = read_thing(answer); thing.table == table_) {
          out.push_back(thing.name);
        }
      });
}

Result<Parts> Listing::parts() {
  Parts out;
  const auto table = socket_.dump(
      requests_.ask_table(),
      [] {},
      [&](const nlmsghdr& message) { out.table = read_thing(message).table == table_; });
  if (table && table->number != ENOENT) {
    return Failure(table->as("reading the table"));
  }
  if (!out.table) {
    return out;
  }
  if (const auto answer = names(requests_.list_chains(), out.chains)) {
    return Failure(answer->as("reading the chains"));
  }
  if (const auto answer = names(requests_.list_sets(), out.sets)) {
    return Failure(answer->as("reading the sets"));
  }
  // The small sets of rules go with their rules.
  std::erase_if(out.sets, [](const std::string& name) { return name.starts_with("__"); });
  return out;
}

Result<std::uint32_t> Listing::generation() {
  std::uint32_t out = 0;
  const auto answer = socket_.dump(
      requests_.ask_generation(),
      [] {},
      [&out](const nlmsghdr& message) {
        for_each_attribute(message, sizeof(nfgenmsg), [&out](const nlattr& attribute) {
          if (::mnl_attr_get_type(&attribute) == NFTA_GEN_ID) {
            out = static_cast<std::uint32_t>(number_of(attribute));
          }
        });
      });
  if (answer) {
    return Failure(answer->as("reading the generation"));
  }
  return out;
}

Result<std::vector<Element>> Listing::elements_of(const std::string& set) {
  std::vector<Element> out;
  const auto answer = socket_.dump(
      requests_.list_elements(set),
      [&out] { out.clear(); },
      [&out](const nlmsghdr& message) { read_elements(message, out); });
  if (answer) {
    return Failure(answer->as("reading a set"));
  }
  return out;
}

Result<std::map<std::string, int>> Listing::rules_by_chain() {
  std::map<std::string, int> out;
  const auto answer = socket_.dump(
      requests_.list_rules(),
      [&out] { out.clear(); },
      [&](const nlmsghdr& message) {
        if (const auto thing = read_thing(message); thing.table == table_) {
          ++out[thing.name];
        }
      });
  if (answer && answer->number != ENOENT) {
    return Failure(answer->as("reading the rules"));
  }
  return out;
}

}  // namespace spranga::firewall::nft
