// IgnoreCache: ignorecache of a jail, e.g. key="<F-USER>@<ip>", max-count=100, max-time=5m. What
// was decided for a key is not asked again while it is fresh.
#pragma once

#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ban/sighting.h"
#include "base/result.h"

namespace spranga::guard {

class IgnoreCache {
public:
  IgnoreCache(IgnoreCache&&) = default;
  IgnoreCache& operator=(IgnoreCache&&) = default;
  IgnoreCache(const IgnoreCache&) = delete;  // its parts point into one another
  IgnoreCache& operator=(const IgnoreCache&) = delete;
  ~IgnoreCache() = default;

  /// nullopt where `option` is empty; Errc::malformed where it is not understood.
  [[nodiscard]] static Result<std::optional<IgnoreCache>> make(std::string_view option);

  /// The key with its <tags> filled from the sighting; tags that are not known stay.
  [[nodiscard]] std::string key_of(const ban::Sighting& sighting, std::string_view jail) const;

  [[nodiscard]] std::optional<bool> find(const std::string& key, ban::Instant now);
  void put(const std::string& key, bool is_ignored, ban::Instant now);

private:
  IgnoreCache() = default;

  struct Entry {
    bool is_ignored{false};
    ban::Instant ends;
    std::list<std::string>::iterator place;
  };

  std::string key_;
  std::size_t max_count_{100};
  std::chrono::seconds max_time_{300};
  std::list<std::string> order_;  // oldest first
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace spranga::guard
