// ByteSource: the bytes of a log as they were written, whatever they were packed in.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "guard/old_logs/log_source.h"

namespace spranga::guard {

class ByteSource {
public:
  virtual ~ByteSource() = default;

  /// How many bytes came; 0 at the end.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<char> into) = 0;
  [[nodiscard]] virtual LogProgress progress() const = 0;
};

/// Looks at the first bytes and unpacks what is packed. `name` is for messages.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_bytes(Fd fd, const std::string& name);

/// Whether these first bytes are those of a journal file.
[[nodiscard]] bool is_journal_head(std::string_view head);

}  // namespace spranga::guard
