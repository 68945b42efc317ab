// StableList: a list of up to a million entries and more, none of which ever moves. Each block is
// as large as all before it together, so that few are needed; what of it is not used yet takes no
// memory where blocks are large (LargePages).
#pragma once

#include <bit>
#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace spranga::guard {

template <class T>
class StableList {
public:
  StableList() = default;

  ~StableList() { clear(); }

  StableList(const StableList&) = delete;
  StableList& operator=(const StableList&) = delete;

  StableList(StableList&& other) noexcept
      : blocks_(std::exchange(other.blocks_, {})), size_(std::exchange(other.size_, 0)) {}

  StableList& operator=(StableList&& other) noexcept {
    std::swap(blocks_, other.blocks_);
    std::swap(size_, other.size_);
    return *this;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] bool empty() const { return size_ == 0; }

  [[nodiscard]] T& operator[](std::size_t at) { return *place(at); }

  [[nodiscard]] const T& operator[](std::size_t at) const { return *place(at); }

  [[nodiscard]] T& back() { return *place(size_ - 1); }

  T& push_back(T value) {
    if (size_ == room()) {
      blocks_.push_back(std::allocator<T>().allocate(size_of_block(blocks_.size())));
    }
    auto* const made = std::construct_at(place(size_), std::move(value));
    ++size_;
    return *made;
  }

  /// A block that is empty goes when a quarter of those before it is empty, too.
  void pop_back() {
    std::destroy_at(place(--size_));
    const auto last = blocks_.size() - 1;
    if (last > 0 && size_ <= begin_of_block(last) / 4 * 3) {
      drop_block();
    }
  }

  void clear() {
    while (size_ > 0) {
      std::destroy_at(place(--size_));
    }
    while (!blocks_.empty()) {
      drop_block();
    }
  }

  /// Forwards, as range-for and algorithms need it.
  template <class List, class Value>
  class Walk {
  public:
    using value_type = std::remove_const_t<Value>;
    using difference_type = std::ptrdiff_t;
    using reference = Value&;
    using pointer = Value*;
    using iterator_category = std::forward_iterator_tag;

    Walk() = default;

    Walk(List& list, std::size_t at) : list_(&list), at_(at) {}

    [[nodiscard]] Value& operator*() const { return (*list_)[at_]; }

    Walk& operator++() {
      ++at_;
      return *this;
    }

    Walk operator++(int) { return {*list_, at_++}; }

    [[nodiscard]] bool operator==(const Walk& other) const { return at_ == other.at_; }

  private:
    List* list_{nullptr};
    std::size_t at_{0};
  };

  [[nodiscard]] auto begin() { return Walk<StableList, T>(*this, 0); }

  [[nodiscard]] auto end() { return Walk<StableList, T>(*this, size_); }

  [[nodiscard]] auto begin() const { return Walk<const StableList, const T>(*this, 0); }

  [[nodiscard]] auto end() const { return Walk<const StableList, const T>(*this, size_); }

private:
  static constexpr std::size_t first_block = 8;

  /// 8, 8, 16, 32, …: block n > 0 begins at its own size.
  [[nodiscard]] static std::size_t size_of_block(std::size_t block) {
    return block == 0 ? first_block : first_block << (block - 1);
  }

  [[nodiscard]] static std::size_t begin_of_block(std::size_t block) {
    return block == 0 ? 0 : size_of_block(block);
  }

  [[nodiscard]] std::size_t room() const {
    return blocks_.empty() ? 0
                           : begin_of_block(blocks_.size() - 1) + size_of_block(blocks_.size() - 1);
  }

  [[nodiscard]] T* place(std::size_t at) const {
    const auto block = static_cast<std::size_t>(std::bit_width(at / first_block));
    return blocks_[block] + (at - begin_of_block(block));
  }

  void drop_block() {
    std::allocator<T>().deallocate(blocks_.back(), size_of_block(blocks_.size() - 1));
    blocks_.pop_back();
  }

  std::vector<T*> blocks_;
  std::size_t size_{0};
};

}  // namespace spranga::guard
