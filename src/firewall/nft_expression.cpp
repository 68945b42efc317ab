#include "firewall/nft_expression.h"

#include <arpa/inet.h>  // before the kernel's own names for the same
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <type_traits>

#include "firewall/nft_element.h"

namespace spranga::firewall::nft {

namespace {

void put_verdict(NetlinkMessage& to, std::int32_t code, const std::string& chain) {
  to.number32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
  to.nest(NFTA_IMMEDIATE_DATA, [&] {
    to.nest(NFTA_DATA_VERDICT, [&] {
      to.number32(NFTA_VERDICT_CODE, static_cast<std::uint32_t>(code));
      if (!chain.empty()) {
        to.text(NFTA_VERDICT_CHAIN, chain);
      }
    });
  });
}

/// An expression: its name, then what `inside` puts.
template <class Inside>
void put_expression(NetlinkMessage& to, std::string_view name, const Inside& inside) {
  to.nest(NFTA_LIST_ELEM, [&] {
    to.text(NFTA_EXPR_NAME, name);
    to.nest(NFTA_EXPR_DATA, inside);
  });
}

void put(NetlinkMessage& to, const Meta& what) {
  put_expression(to, "meta", [&] {
    to.number32(NFTA_META_DREG, NFT_REG_1);
    to.number32(NFTA_META_KEY, what.key);
  });
}

void put(NetlinkMessage& to, const Payload& what) {
  put_expression(to, "payload", [&] {
    to.number32(NFTA_PAYLOAD_DREG, NFT_REG_1);
    to.number32(NFTA_PAYLOAD_BASE, what.header);
    to.number32(NFTA_PAYLOAD_OFFSET, what.offset);
    to.number32(NFTA_PAYLOAD_LEN, what.length);
  });
}

void put(NetlinkMessage& to, const Tracked& what) {
  put_expression(to, "ct", [&] {
    to.number32(NFTA_CT_DREG, NFT_REG_1);
    to.number32(NFTA_CT_KEY, what.key);
    if (what.original) {
      to.number8(NFTA_CT_DIRECTION, 0);
    }
  });
}

void put(NetlinkMessage& to, const Mask& what) {
  put_expression(to, "bitwise", [&] {
    to.number32(NFTA_BITWISE_SREG, NFT_REG_1);
    to.number32(NFTA_BITWISE_DREG, NFT_REG_1);
    to.number32(NFTA_BITWISE_LEN, static_cast<std::uint32_t>(what.bytes.size()));
    put_data(to, NFTA_BITWISE_MASK, what.bytes);
    put_data(to, NFTA_BITWISE_XOR, std::string(what.bytes.size(), '\0'));
  });
}

void put(NetlinkMessage& to, const Equal& what) {
  put_expression(to, "cmp", [&] {
    to.number32(NFTA_CMP_SREG, NFT_REG_1);
    to.number32(NFTA_CMP_OP, NFT_CMP_EQ);
    put_data(to, NFTA_CMP_DATA, what.bytes);
  });
}

void put_lookup(NetlinkMessage& to, std::string_view set, std::uint32_t set_id) {
  put_expression(to, "lookup", [&] {
    to.text(NFTA_LOOKUP_SET, set);
    to.number32(NFTA_LOOKUP_SREG, NFT_REG_1);
    if (set_id != 0) {
      to.number32(NFTA_LOOKUP_SET_ID, set_id);
    }
  });
}

void put(NetlinkMessage& to, const InSet& what) {
  put_lookup(to, what.name, 0);
}

void put(NetlinkMessage& to, const Reject& what) {
  put_expression(to, "reject", [&] {
    to.number32(NFTA_REJECT_TYPE, what.type);
    to.number8(NFTA_REJECT_ICMP_CODE, what.code);
  });
}

void put(NetlinkMessage& to, const Accept& /*what*/) {
  put_expression(to, "immediate", [&] { put_verdict(to, NF_ACCEPT, ""); });
}

void put(NetlinkMessage& to, const Drop& /*what*/) {
  put_expression(to, "immediate", [&] { put_verdict(to, NF_DROP, ""); });
}

void put(NetlinkMessage& to, const Goto& what) {
  put_expression(to, "immediate", [&] { put_verdict(to, NFT_GOTO, what.chain); });
}

}  // namespace

void put_expressions(NetlinkMessage& to,
                     std::span<const Expression> expressions,
                     std::uint32_t first_set) {
  auto number = first_set;
  for (const auto& expression : expressions) {
    std::visit(
        [&](const auto& what) {
          if constexpr (std::is_same_v<std::decay_t<decltype(what)>, OneOf>) {
            put_lookup(to, small_set_name, number++);
          } else {
            put(to, what);
          }
        },
        expression);
  }
}

}  // namespace spranga::firewall::nft
