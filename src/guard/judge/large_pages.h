// LargePages: an allocator for tables that are looked at all over: from two megabytes on they stand
// on the processor's large pages where the kernel has some, so that a look at a far place costs one
// miss and not a walk through page tables besides.
//
// Not for lists that are filled one after the other: there they gain nothing, and on a virtual
// machine, which may have to get each of them from its host in pieces, they cost.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>

namespace spranga::guard {

template <class T>
class LargePages {
public:
  using value_type = T;

  LargePages() = default;

  template <class Other>
  explicit(false) LargePages(const LargePages<Other>& /*same*/) {}

  [[nodiscard]] T* allocate(std::size_t count) {
    const auto size = count * sizeof(T);
    return static_cast<T*>(size < page ? ::operator new(size) : map(whole_pages(size)));
  }

  void deallocate(T* block, std::size_t count) {
    const auto size = count * sizeof(T);
    if (size < page) {
      ::operator delete(block);
    } else {
      ::munmap(block, whole_pages(size));
    }
  }

  [[nodiscard]] bool operator==(const LargePages&) const = default;

  static constexpr std::size_t page = 2UL * 1024 * 1024;

private:
  [[nodiscard]] static std::size_t whole_pages(std::size_t size) {
    return (size + page - 1) / page * page;
  }

  /// Begins where a large page does; what is mapped too much goes at once.
  [[nodiscard]] static void* map(std::size_t size) {
    constexpr int access = PROT_READ | PROT_WRITE;
    auto* const begin =
        ::mmap(nullptr, size + page, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (begin == MAP_FAILED) {  // NOLINT: the constant is a cast
      throw std::bad_alloc();
    }
    auto* const bytes = static_cast<std::byte*>(begin);
    const auto before = (page - reinterpret_cast<std::uintptr_t>(begin) % page) % page;  // NOLINT
    if (before > 0) {
      ::munmap(bytes, before);
    }
    if (before < page) {
      ::munmap(bytes + before + size, page - before);
    }
    ::madvise(bytes + before, size, MADV_HUGEPAGE);  // where there are none, without
    return bytes + before;
  }
};

}  // namespace spranga::guard
