// NetlinkMessage: one request to the kernel as bytes: a header, then attributes, some of which hold
// others. It only builds; netlink.h sends.
//
// Numbers of netfilter are big-endian, those of other families are the machine's: the caller says
// which.
#pragma once

#include <linux/netlink.h>

#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace spranga::firewall {

/// The bytes of a number as this machine has them.
template <std::integral T>
[[nodiscard]] std::string host_bytes(T value) {
  std::string out(sizeof(T), '\0');
  std::memcpy(out.data(), &value, sizeof(T));
  return out;
}

/// The bytes of a number in network order.
template <std::unsigned_integral T>
[[nodiscard]] std::string network_bytes(T value) {
  std::string out(sizeof(T), '\0');
  for (std::size_t i = sizeof(T); i > 0; --i) {
    out[i - 1] = static_cast<char>(value & 0xffU);
    value = static_cast<T>(static_cast<std::uint64_t>(value) >> 8U);
  }
  return out;
}

class NetlinkMessage {
public:
  NetlinkMessage(std::uint16_t type, std::uint16_t flags) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    structure(header);
  }

  /// A fixed structure: the header of the family, before all attributes.
  template <class T>
  requires std::is_trivially_copyable_v<T>

  void structure(const T& value) {
    const auto at = bytes_.size();
    bytes_.resize(at + NLMSG_ALIGN(sizeof(T)));
    std::memcpy(bytes_.data() + at, &value, sizeof(T));
  }

  void attribute(std::uint16_t type, std::string_view value) {
    begin(type);
    bytes_ += value;
    end(bytes_.size() - value.size() - NLA_HDRLEN);
  }

  void number8(std::uint16_t type, std::uint8_t value) { attribute(type, host_bytes(value)); }

  void number32(std::uint16_t type, std::uint32_t value) { attribute(type, network_bytes(value)); }

  void number64(std::uint16_t type, std::uint64_t value) { attribute(type, network_bytes(value)); }

  /// With the zero at its end.
  void text(std::uint16_t type, std::string_view value) {
    attribute(type, std::string(value) + '\0');
  }

  /// An attribute that holds what `inside()` puts into this message. At most 64 kB.
  template <class Inside>
  void nest(std::uint16_t type, const Inside& inside) {
    const auto at = begin(static_cast<std::uint16_t>(type | NLA_F_NESTED));
    inside();
    end(at);
  }

  /// Sets what only the sender knows, and gives the bytes.
  [[nodiscard]] const std::string& finish(std::uint32_t sequence, bool acknowledged) {
    nlmsghdr header{};
    std::memcpy(&header, bytes_.data(), sizeof(header));
    header.nlmsg_len = static_cast<std::uint32_t>(bytes_.size());
    header.nlmsg_seq = sequence;
    if (acknowledged) {
      header.nlmsg_flags |= NLM_F_ACK;
    }
    std::memcpy(bytes_.data(), &header, sizeof(header));
    return bytes_;
  }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

private:
  std::size_t begin(std::uint16_t type) {
    const auto at = bytes_.size();
    bytes_.resize(at + NLA_HDRLEN);
    std::memcpy(bytes_.data() + at + sizeof(std::uint16_t), &type, sizeof(type));
    return at;
  }

  void end(std::size_t at) {
    const auto length = static_cast<std::uint16_t>(bytes_.size() - at);
    std::memcpy(bytes_.data() + at, &length, sizeof(length));
    bytes_.resize(NLA_ALIGN(bytes_.size()));
  }

  std::string bytes_;
};

}  // namespace spranga::firewall
