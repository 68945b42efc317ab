// RawBuffer: bytes to receive into. They are not zeroed, so pages that no message ever needs are
// never in memory.
#pragma once

#include <cstddef>
#include <memory>

namespace spranga {

class RawBuffer {
public:
  RawBuffer() = default;

  explicit RawBuffer(std::size_t size)
      : bytes_(std::make_unique_for_overwrite<char[]>(size)), size_(size) {}

  [[nodiscard]] char* data() { return bytes_.get(); }

  [[nodiscard]] std::size_t size() const { return bytes_ ? size_ : 0; }

private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_{0};
};

}  // namespace spranga
