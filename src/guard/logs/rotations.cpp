#include "guard/logs/rotations.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "guard/logs/log_names.h"

namespace spranga::guard {

namespace {

bool looks_packed(int fd) {
  using namespace std::string_view_literals;
  constexpr std::array heads = {
      "\x1F\x8B"sv, "BZh"sv, "\xFD\x37\x7A\x58\x5A"sv, "\x28\xB5\x2F\xFD"sv};
  std::array<char, 6> head{};
  const auto count = ::pread(fd, head.data(), head.size(), 0);
  const std::string_view bytes(head.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  return std::ranges::any_of(heads, [bytes](auto magic) { return bytes.starts_with(magic); });
}

/// mail.log.2 is older than mail.log.1; mail.log-20261129 is younger than mail.log-20261128.
bool is_numbered(std::string_view name) {
  constexpr std::size_t a_date = 6;
  const auto digits = name.size() - (name.find_last_not_of("0123456789") + 1);
  return digits > 0 && digits < a_date;
}

/// Oldest first, as far as names tell. Of too many the middle is left out: in a mixture the
/// youngest may be at either end.
std::vector<std::string> names_of_rotations(LogFiles& files, const std::string& path) {
  auto names = files.expand(rotations_glob(path)).value_or(std::vector<std::string>());
  std::erase_if(names, [&path](const std::string& name) {
    return !is_rotation_of(path, name) || is_packed_name(name);
  });
  std::ranges::sort(names, [](const auto& a, const auto& b) {
    return std::pair(a.size(), std::string_view(a)) < std::pair(b.size(), std::string_view(b));
  });
  if (names.size() > most_rotations) {
    constexpr auto half = static_cast<std::ptrdiff_t>(most_rotations / 2);
    names.erase(names.begin() + half, names.end() - half);
  }
  if (!names.empty() && is_numbered(names.back())) {
    std::ranges::reverse(names);
  }
  return names;
}

}  // namespace

bool is_older(const FileFacts& a, const FileFacts& b) {
  const bool told = a.born_ns != 0 && b.born_ns != 0;
  return told ? std::tie(a.born_ns, a.changed_ns) < std::tie(b.born_ns, b.changed_ns)
              : a.changed_ns < b.changed_ns;
}

std::vector<Rotated> rotations_of(LogFiles& files, const std::string& path) {
  std::vector<Rotated> out;
  for (const auto& name : names_of_rotations(files, path)) {
    auto opened = files.open(name, true);
    if (!opened) {
      continue;  // gone again, renamed on, or none of ours: the next look finds what is to be found
    }
    if (auto facts = facts_of(opened->fd.get(), name)) {
      auto hash = looks_packed(opened->fd.get()) ? "" : first_line_hash(opened->fd.get());
      out.push_back({name, std::move(*opened), *facts, std::move(hash)});
    }
  }
  std::ranges::stable_sort(out,
                           [](const auto& a, const auto& b) { return is_older(a.facts, b.facts); });
  return out;
}

namespace {

struct NamedId {
  std::string path;
  FileId id;

  [[nodiscard]] bool operator==(const NamedId&) const = default;
};

std::vector<NamedId> ids_of(const std::vector<Rotated>& rotations) {
  std::vector<NamedId> out;
  out.reserve(rotations.size());
  for (const auto& each : rotations) {
    out.push_back({each.path, each.facts.id});
  }
  return out;
}

/// Adds what is new; of what is known the newer name counts.
void merge(std::vector<Rotated>& into, std::vector<Rotated> more) {
  for (auto& each : more) {
    const auto known = std::ranges::find_if(
        into, [&](const Rotated& other) { return other.facts.id == each.facts.id; });
    if (known == into.end()) {
      into.push_back(std::move(each));
    } else {
      *known = std::move(each);  // the same watch
    }
  }
}

}  // namespace

Generations generations_of(LogFiles& files, const std::string& path) {
  constexpr int most_looks = 20;
  Generations out;
  std::vector<NamedId> before;
  for (int look = 0; look < most_looks; ++look) {
    auto seen = rotations_of(files, path);
    auto ids = ids_of(seen);
    merge(out.rotations, std::move(seen));
    out.named.reset();
    if (const auto named = files.open(path, false)) {
      if (const auto facts = facts_of(named->fd.get(), path)) {
        ids.push_back({path, facts->id});
        out.named = *facts;
      }
    }
    if (look > 0 && ids == before) {
      break;
    }
    before = std::move(ids);
  }
  std::erase_if(out.rotations,
                [&](const Rotated& each) { return out.named && each.facts.id == out.named->id; });
  std::ranges::stable_sort(out.rotations,
                           [](const auto& a, const auto& b) { return is_older(a.facts, b.facts); });
  return out;
}

}  // namespace spranga::guard
