// LargePages: an allocator for what may be looked at all over: blocks of two megabytes and more
// stand on the processor's large pages where the kernel has some, so that a look at a far place
// costs one miss and not a walk through page tables besides; and they go back to the kernel at
// once.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>

namespace spranga::guard {

/// `advised` false: as they come.
template <class T, bool advised = true>
class LargePages {
public:
  using value_type = T;

  LargePages() = default;

  template <class Other>
  struct rebind {
    using other = LargePages<Other, advised>;
  };

  template <class Other>
  explicit(false) LargePages(const LargePages<Other, advised>& /*same*/) {}

  [[nodiscard]] T* allocate(std::size_t count) {
    const auto size = count * sizeof(T);
    return static_cast<T*>(size < page ? ::operator new(size) : map(size));
  }

  void deallocate(T* block, std::size_t count) {
    const auto size = count * sizeof(T);
    if (size < page) {
      ::operator delete(block);
    } else {
      ::munmap(block, size);
    }
  }

  [[nodiscard]] bool operator==(const LargePages&) const = default;

  static constexpr std::size_t page = 2UL * 1024 * 1024;

private:
  /// Begins at the begin of a large page; what is mapped too much goes at once.
  static void* map(std::size_t size) {
    constexpr int how = PROT_READ | PROT_WRITE;
    auto* const begin =
        ::mmap(nullptr, size + page, how, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (begin == MAP_FAILED) {  // NOLINT: the constant is a cast
      throw std::bad_alloc();
    }
    auto* const bytes = static_cast<std::byte*>(begin);
    const auto before = (page - reinterpret_cast<std::uintptr_t>(begin) % page) % page;  // NOLINT
    if (before > 0) {
      ::munmap(bytes, before);
    }
    constexpr std::size_t small_page = 4096;
    const auto used = (size + small_page - 1) / small_page * small_page;
    if (before + used < size + page) {
      ::munmap(bytes + before + used, size + page - before - used);
    }
    if (advised)
      ::madvise(
          bytes + before, size / page * page, MADV_HUGEPAGE);  // where there are none, without
    return bytes + before;
  }
};

}  // namespace spranga::guard
