// ReadAhead: a packed log is unpacked on another processor while its lines are looked at, as many
// logs at once as are looked at together. Bytes, order and faults are the source's own; only who
// waits for whom is another.
#pragma once

#include <memory>

#include "guard/old_logs/byte_source.h"

namespace spranga::guard {

/// Of a short log nothing is read ahead. The thread ends with the source, or before.
[[nodiscard]] std::unique_ptr<ByteSource> read_ahead(std::unique_ptr<ByteSource> source);

/// Whether this process may use another processor.
[[nodiscard]] bool has_another_processor();

}  // namespace spranga::guard
