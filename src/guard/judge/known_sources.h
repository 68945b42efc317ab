// KnownSources: what was found out about the ids that came last, so that who fails again and again
// is not read, looked for in ignoreip and hashed each time. A few kilobytes once a jail has seen
// somebody; who is not kept is found out anew.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "guard/judge/target_key.h"
#include "net/address.h"

namespace spranga::guard {

struct Source {
  std::string id;  // never empty where something is known
  std::optional<net::Address> address;
  bool is_listed{false};  // an address or network of ignoreip holds it
  TargetKey key;          // of the id itself
};

class KnownSources {
public:
  /// What is known of `id`, else what `find_out` says. Good until the next call.
  template <class FindOut>
  [[nodiscard]] const Source& of(const std::string& id, const FindOut& find_out) {
    if (!places_) {
      places_ = std::make_unique<Places>();
    }
    auto& place = (*places_)[place_of(id)];
    if (place.id != id) {
      place = find_out();
    }
    return place;
  }

  /// Settings have changed.
  void forget() { places_.reset(); }

private:
  static constexpr unsigned places_bits = 7;
  using Places = std::array<Source, std::size_t{1} << places_bits>;

  /// By the last eight bytes, in which addresses of one network differ.
  [[nodiscard]] static std::size_t place_of(const std::string& id) {
    constexpr std::uint64_t golden = 0x9E3779B97F4A7C15U;
    std::uint64_t end = id.size();
    if (id.size() >= sizeof end) {
      std::memcpy(&end, id.data() + id.size() - sizeof end, sizeof end);
    }
    return (end * golden) >> (64U - places_bits);
  }

  std::unique_ptr<Places> places_;
};

}  // namespace spranga::guard
