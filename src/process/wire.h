// Wire: values as bytes, for what spranga's own processes hand one another (plans, messages).
//
// Numbers are little-endian and of fixed size, a text is its length (4 bytes) and its bytes. There
// are no tags: both ends come from one build. The reader trusts nothing all the same: what is cut
// off, too long or left over makes the whole message unreadable, never a wrong value.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"

namespace spranga::process {

class Packer {
public:
  template <class T>
  requires std::integral<T> || std::is_enum_v<T>

  void put(T value) {
    auto raw = static_cast<std::uint64_t>(value);
    std::array<char, sizeof(T)> bytes{};
    for (auto& byte : bytes) {
      byte = static_cast<char>(raw & 0xffU);
      raw >>= 8U;
    }
    bytes_.append(bytes.data(), bytes.size());
  }

  void put(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }

  void put(const std::string& text) { put(std::string_view(text)); }

  void put(const char* text) { put(std::string_view(text)); }

  template <class Rep, class Period>
  void put(std::chrono::duration<Rep, Period> length) {
    put(static_cast<std::int64_t>(length.count()));
  }

  /// A list: how many, then each by `each(packer, item)`.
  template <class List, class Each>
  void list(const List& items, const Each& each) {
    put(static_cast<std::uint32_t>(items.size()));
    for (const auto& item : items) {
      each(*this, item);
    }
  }

  void list(const std::vector<std::string>& items) {
    list(items, [](Packer& to, const std::string& item) { to.put(item); });
  }

  template <class T, class Each>
  void maybe(const std::optional<T>& value, const Each& each) {
    put(value.has_value());
    if (value) {
      each(*this, *value);
    }
  }

  template <class T>
  void maybe(const std::optional<T>& value) {
    maybe(value, [](Packer& to, const T& item) { to.put(item); });
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

  [[nodiscard]] std::string take() { return std::move(bytes_); }

private:
  std::string bytes_;
};

/// Reads in the order in which it was packed. After the first thing that does not fit every value
/// is empty and good() is false: ask once, at the end, with finish().
class Unpacker {
public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  requires std::integral<T> || std::is_enum_v<T>

  [[nodiscard]] T get() {
    if constexpr (std::same_as<T, bool>) {
      const auto raw = number(1);
      good_ = good_ && raw <= 1;
      return raw == 1;
    } else {
      return static_cast<T>(number(sizeof(T)));
    }
  }

  /// An enumerator from 0 up to `last`.
  template <class T>
  requires std::is_enum_v<T>

  [[nodiscard]] T one_of(T last) {
    const auto value = get<T>();
    good_ = good_ && static_cast<std::uint64_t>(value) <= static_cast<std::uint64_t>(last);
    return good_ ? value : T{};
  }

  [[nodiscard]] std::string text() { return std::string(view()); }

  /// The same where it stands: valid as long as the message is.
  [[nodiscard]] std::string_view view();

  template <class Duration>
  [[nodiscard]] Duration length() {
    return Duration(static_cast<typename Duration::rep>(get<std::int64_t>()));
  }

  /// Each item is read by `each(unpacker)`.
  template <class Each>
  [[nodiscard]] auto list(const Each& each) {
    std::vector<decltype(each(*this))> out;
    const auto count = get<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && good_; ++i) {
      // Even an empty item takes a byte: a count that the bytes cannot hold is a lie.
      good_ = !rest_.empty();
      if (good_) {
        out.push_back(each(*this));
      }
    }
    return out;
  }

  [[nodiscard]] std::vector<std::string> texts() {
    return list([](Unpacker& from) { return from.text(); });
  }

  template <class Each>
  [[nodiscard]] auto maybe(const Each& each) {
    std::optional<decltype(each(*this))> out;
    if (get<bool>()) {
      out = each(*this);
    }
    return out;
  }

  [[nodiscard]] std::optional<std::string> maybe_text() {
    return maybe([](Unpacker& from) { return from.text(); });
  }

  /// A value that the caller found impossible.
  void refuse() { good_ = false; }

  [[nodiscard]] bool good() const { return good_; }

  /// Errc::malformed where something did not fit or is left over; `what` names the message.
  [[nodiscard]] Result<void> finish(std::string_view what) const;

private:
  [[nodiscard]] std::uint64_t number(std::size_t size);

  std::string_view rest_;
  bool good_{true};
};

}  // namespace spranga::process
