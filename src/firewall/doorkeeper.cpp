#include "firewall/doorkeeper.h"

#include <algorithm>

namespace spranga::firewall {

namespace {

/// The first of several that went wrong.
void keep_first(Result<void>& first, Result<void> next) {
  if (first && !next) {
    first = std::move(next);
  }
}

/// Doors of entries, most of which have the door of the one before.
class Finder {
public:
  explicit Finder(const std::map<DoorId, Door>& doors) : doors_(doors) {}

  /// nullptr: it is not open.
  const Door* of(DoorId id) {
    if (last_ == nullptr || last_->id != id) {
      const auto found = doors_.find(id);
      last_ = found == doors_.end() ? nullptr : &found->second;
    }
    return last_;
  }

private:
  const std::map<DoorId, Door>& doors_;
  const Door* last_{nullptr};
};

}  // namespace

void Doorkeeper::carry_out(const Request& request) {
  const auto done = std::visit(
      [&](const auto& order) -> Result<void> {
        constexpr bool begins = std::is_same_v<std::decay_t<decltype(order)>, Start>;
        if (begins == setup_.has_value()) {
          return fail(Errc::malformed, begins ? "set up already" : "not set up");
        }
        return take(order, request.number);
      },
      request.order);
  Outcome outcome{request.number, Errc{}, ""};
  if (!done) {
    outcome.code = done.error().code;
    outcome.error = done.error().detail.empty() ? "failed" : done.error().detail;
  }
  reply_(std::move(outcome));
}

Result<KernelBackend*> Doorkeeper::backend(Backend which) {
  auto& out = backends_[which];
  if (!out) {
    SPRANGA_TRY(out, make_(which, *setup_));
  }
  return out.get();
}

Result<KernelBackend*> Doorkeeper::backend_of(DoorId door) {
  const auto found = doors_.find(door);
  if (found == doors_.end()) {
    return not_open(door);
  }
  return backend(found->second.backend);
}

Result<void> Doorkeeper::take(const Start& order, std::uint64_t /*number*/) {
  setup_ = order;
  setup_->doors.clear();
  never_.set(order.never);
  Result<void> out;
  for (const auto which : {Backend::nftables, Backend::ipset}) {
    std::vector<Door> doors;
    std::ranges::copy_if(order.doors, std::back_inserter(doors), [which](const Door& door) {
      return door.backend == which;
    });
    if (doors.empty() && which != Backend::nftables) {
      continue;
    }
    const auto kernel = backend(which);
    const auto begun =
        kernel ? (*kernel)->begin(doors, never_.networks()) : Result<void>(Failure(kernel.error()));
    if (begun) {
      for (const auto& door : doors) {
        doors_[door.id] = door;
      }
    }
    // Without doors it only puts away what is left of an earlier life; there may be no nftables.
    keep_first(out, doors.empty() ? Result<void>() : begun);
  }
  return out;
}

Result<void> Doorkeeper::take(const NeverBan& order, std::uint64_t /*number*/) {
  never_.set(order.never);
  Result<void> out;
  for (const auto& [which, kernel] : backends_) {
    if (kernel) {
      keep_first(out, kernel->never_ban(never_.networks()));
    }
  }
  return out;
}

Result<void> Doorkeeper::take(const OpenDoor& order, std::uint64_t /*number*/) {
  const auto& door = order.door;
  const auto before = doors_.find(door.id);
  if (before != doors_.end() && before->second.backend != door.backend) {
    SPRANGA_CHECK(take(CloseDoor{door.id}, 0));
  }
  SPRANGA_TRY(auto* const kernel, backend(door.backend));
  const bool first = std::ranges::none_of(
      doors_, [&door](const auto& other) { return other.second.backend == door.backend; });
  SPRANGA_CHECK(first ? kernel->begin({door}, never_.networks()) : kernel->open(door));
  doors_[door.id] = door;
  return {};
}

Result<void> Doorkeeper::take(const CloseDoor& order, std::uint64_t /*number*/) {
  SPRANGA_TRY(auto* const kernel, backend_of(order.door));
  SPRANGA_CHECK(kernel->close(order.door));
  doors_.erase(order.door);
  return {};
}

Result<Doorkeeper::Split> Doorkeeper::split(const std::vector<Entry>& entries) const {
  Split out;
  Finder door(doors_);
  for (const auto& entry : entries) {
    const auto* const found = door.of(entry.door);
    if (found == nullptr) {
      return not_open(entry.door);
    }
    out[found->backend].push_back(entry);
  }
  return out;
}

Result<void> Doorkeeper::take(const BanEntries& order, std::uint64_t /*number*/) {
  Result<void> out;
  Split parts;
  Finder door(doors_);
  for (const auto& entry : order.entries) {
    const auto* const found = door.of(entry.door);
    if (found == nullptr) {
      keep_first(out, not_open(entry.door));
    } else if (auto objection = never_.objection(entry, found->backend)) {
      keep_first(out, fail(Errc::denied, *std::move(objection)));
    } else {
      parts[found->backend].push_back(entry);
    }
  }
  for (const auto& [which, entries] : parts) {
    SPRANGA_TRY(auto* const kernel, backend(which));
    auto banned = kernel->ban(entries);
    if (banned) {
      for (const auto& entry : entries) {
        banned_(*door.of(entry.door), entry);
      }
    }
    keep_first(out, std::move(banned));
  }
  return out;
}

Result<void> Doorkeeper::take(const UnbanEntries& order, std::uint64_t /*number*/) {
  SPRANGA_TRY(const auto parts, split(order.entries));
  Result<void> out;
  for (const auto& [which, entries] : parts) {
    SPRANGA_TRY(auto* const kernel, backend(which));
    keep_first(out, kernel->unban(entries));
  }
  return out;
}

Result<void> Doorkeeper::take(const FlushDoor& order, std::uint64_t /*number*/) {
  SPRANGA_TRY(auto* const kernel, backend_of(order.door));
  return kernel->flush(order.door);
}

Result<void> Doorkeeper::take(const ListDoor& order, std::uint64_t number) {
  SPRANGA_TRY(auto* const kernel, backend_of(order.door));
  SPRANGA_TRY(auto holding, kernel->list(order.door));
  do {
    const auto count = std::min(most_entries, holding.entries.size());
    const auto end = holding.entries.end();
    HoldingPart part{number, {{end - static_cast<std::ptrdiff_t>(count), end}, holding.complete}};
    holding.entries.resize(holding.entries.size() - count);
    reply_(std::move(part));
  } while (!holding.entries.empty());
  return {};
}

}  // namespace spranga::firewall
