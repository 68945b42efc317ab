// Archive: one description of a value's fields, for both ways. `fields(archive, value)` names them
// in order; a Writer packs them, a Reader fills them in. What is written can always be read by the
// same build; anything else is refused as a whole.
#pragma once

#include <chrono>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "process/wire.h"

namespace spranga::plan {

class Writer {
public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }

  [[nodiscard]] std::string take() { return packer_.take(); }

private:
  template <class T>
  requires std::integral<T> || std::is_enum_v<T> || std::same_as<T, std::string>

  void put(const T& value) { packer_.put(value); }

  template <class Rep, class Period>
  void put(const std::chrono::duration<Rep, Period>& value) {
    packer_.put(value);
  }

  template <class T>
  void put(const std::optional<T>& value) {
    packer_.put(value.has_value());
    if (value) {
      put(*value);
    }
  }

  template <class A, class B>
  void put(const std::pair<A, B>& value) {
    put(value.first);
    put(value.second);
  }

  template <class T>
  void put(const std::vector<T>& values) {
    all(values);
  }

  template <class K, class V, class Less>
  void put(const std::map<K, V, Less>& values) {
    all(values);
  }

  template <class T>

  requires requires(Writer& to, T& value) { fields(to, value); }

  void put(const T& value) {
    fields(*this, const_cast<T&>(value));  // NOLINT(*-const-cast): the Writer only reads
  }

  template <class List>
  void all(const List& values) {
    packer_.put(static_cast<std::uint32_t>(values.size()));
    for (const auto& value : values) {
      put(value);
    }
  }

  process::Packer packer_;
};

class Reader {
public:
  explicit Reader(std::string_view bytes) : from_(bytes) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }

  [[nodiscard]] Result<void> finish(std::string_view what) const { return from_.finish(what); }

private:
  template <class T>
  requires std::integral<T>

  void get(T& value) { value = from_.get<T>(); }

  template <class T>
  requires std::is_enum_v<T>

  void get(T& value) { value = from_.one_of(last_of(T{})); }

  void get(std::string& value) { value = from_.text(); }

  template <class Rep, class Period>
  void get(std::chrono::duration<Rep, Period>& value) {
    value = from_.length<std::chrono::duration<Rep, Period>>();
  }

  template <class T>
  void get(std::optional<T>& value) {
    value.reset();
    if (from_.get<bool>()) {
      get(value.emplace());
    }
  }

  template <class A, class B>
  void get(std::pair<A, B>& value) {
    get(value.first);
    get(value.second);
  }

  template <class T>
  void get(std::vector<T>& values) {
    values = from_.list([this](process::Unpacker& /*same*/) {
      T value{};
      get(value);
      return value;
    });
  }

  template <class K, class V, class Less>
  void get(std::map<K, V, Less>& values) {
    std::vector<std::pair<K, V>> list;
    get(list);
    values = {std::make_move_iterator(list.begin()), std::make_move_iterator(list.end())};
  }

  template <class T>

  requires requires(Reader& from, T& value) { fields(from, value); }

  void get(T& value) { fields(*this, value); }

  process::Unpacker from_;
};

template <class T>
[[nodiscard]] std::string to_bytes(const T& value) {
  Writer writer;
  writer(value);
  return writer.take();
}

/// Errc::malformed; `what` names it.
template <class T>
[[nodiscard]] Result<T> from_bytes(std::string_view bytes, std::string_view what) {
  Reader reader(bytes);
  T value{};
  reader(value);
  SPRANGA_CHECK(reader.finish(what));
  return value;
}

}  // namespace spranga::plan
