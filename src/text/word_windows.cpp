#include "text/word_windows.h"

#include <algorithm>
#include <bitset>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>

namespace spranga::text {

namespace {

/// How often a byte stands in a log, out of 64 or so.
std::size_t share_of(char c) {
  constexpr std::size_t most = 60;
  return 1 + most / (1 + rareness(c));
}

/// The same of a piece of a word: what the words that logs are full of have in them stands there
/// more often than its letters tell.
std::size_t share_of(std::string_view piece) {
  constexpr std::string_view full_of =
      "from user connection connect disconnect closed port authentication login password failed"
      " invalid unknown rejected command warning jail host name";
  constexpr std::size_t times_more = 50;
  std::size_t share = full_of.find(piece) == std::string_view::npos ? 1 : times_more;
  for (const char c : piece) {
    share *= share_of(c);
  }
  return share;
}

/// By its letters alone.
std::size_t commonness(std::string_view piece) {
  constexpr std::size_t most = 1000;
  std::size_t out = most;
  for (const char c : piece) {
    out -= rareness(c);
  }
  return out;
}

/// How many words have a piece as their window.
using Windowed = std::map<std::string, std::size_t, std::less<>>;

/// Where in a word the window stands that is looked for. Where it is found, all words that have it
/// are compared: so each is to have one of its own. But many pieces fill the tables of the buckets,
/// which then let too much through: of `many` words those that can share one do.
std::size_t window_in(std::string_view text, std::size_t size, bool many, const Windowed& others) {
  std::size_t best = 0;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (std::size_t at = 0; at + size <= text.size(); ++at) {
    const auto piece = text.substr(at, size);
    const auto same = others.find(piece);
    const auto times = same == others.end() ? 1 : 1 + 2 * same->second;
    const auto cost = many ? commonness(piece) : share_of(piece) * times;
    if (cost < least) {
      least = cost;
      best = at;
    }
  }
  return best;
}

/// What a bucket's tables know, for each place of a window.
class Bucket {
public:
  Bucket(std::size_t size, WindowTable table) : table_(table), places_(size) {}

  /// Behind the end of a window that is shorter than others anything may stand.
  void add(std::string_view window) {
    for (std::size_t place = 0; place < places_.size(); ++place) {
      auto& known = places_.at(place);
      if (place >= window.size()) {
        known.bytes.set();
        continue;
      }
      const auto byte = static_cast<unsigned char>(window[place]);
      known.bytes.set(byte);
      known.low |= 1U << (byte & 15U);
      known.high |= 1U << (byte >> 4U);
    }
  }

  /// How many places of a log they let through, as a share.
  [[nodiscard]] double cost() const {
    double cost = 1;
    for (const auto& known : places_) {
      double sum = 0;
      for (unsigned byte = ' '; byte <= '~'; ++byte) {
        sum += knows(known, byte) ? static_cast<double>(share_of(static_cast<char>(byte))) : 0;
      }
      cost *= sum;
    }
    return cost;
  }

private:
  struct Known {
    std::bitset<256> bytes;
    unsigned low{0};
    unsigned high{0};
  };

  [[nodiscard]] bool knows(const Known& known, unsigned byte) const {
    return table_ == WindowTable::bytes
               ? known.bytes[byte]
               : (known.low >> (byte & 15U) & 1U) != 0 && (known.high >> (byte >> 4U) & 1U) != 0;
  }

  WindowTable table_;
  std::vector<Known> places_;
};

/// The buckets, each with what it costs.
class Buckets {
public:
  Buckets(std::size_t size, WindowTable table) : slots_(window_buckets, {Bucket(size, table), 0}) {}

  /// The bucket that a window costs least; windows that are alike share one.
  std::size_t place(std::string_view window) {
    std::size_t best = 0;
    auto best_slot = with(window, 0);
    for (std::size_t i = 1; i < slots_.size(); ++i) {
      auto slot = with(window, i);
      if (slot.cost - slots_[i].cost < best_slot.cost - slots_[best].cost) {
        best = i;
        best_slot = std::move(slot);
      }
    }
    slots_[best] = std::move(best_slot);
    return best;
  }

private:
  struct Slot {
    Bucket bucket;
    double cost;
  };

  [[nodiscard]] Slot with(std::string_view window, std::size_t i) const {
    auto slot = slots_[i];
    slot.bucket.add(window);
    slot.cost = slot.bucket.cost();
    return slot;
  }

  std::vector<Slot> slots_;
};

}  // namespace

std::size_t rareness(char c) {
  constexpr std::string_view common_first = " eatoinsr0123456789dlc:-.=[]<>muphgfbwy,/()_@v";
  return std::min(common_first.find(c), common_first.size());
}

std::vector<WordWindow> choose_windows(const std::vector<std::string_view>& words,
                                       std::size_t size,
                                       WindowTable table) {
  constexpr std::size_t few = 128;
  Windowed windowed;
  Buckets buckets(size, table);
  std::vector<WordWindow> out;
  for (const auto word : words) {
    const auto bytes = std::min(size, word.size());
    const auto place = window_in(word, bytes, words.size() > few, windowed);
    const auto window = word.substr(place, bytes);
    ++windowed[std::string(window)];
    out.push_back({place, buckets.place(window)});
  }
  return out;
}

}  // namespace spranga::text
