// GzipBytes: what a .gz file held, up to the byte where it is damaged or cut off. (libarchive gives
// whole blocks only, and of a short log nothing.)
#pragma once

#include <memory>
#include <string>

#include "guard/old_logs/byte_source.h"

namespace spranga::guard {

/// `packed` begins with gzip's magic; several members one after the other are one file. `name` is
/// for messages.
[[nodiscard]] std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed,
                                                      const std::string& name);

}  // namespace spranga::guard
