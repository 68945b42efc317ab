// Where words go: standard output, standard error, a file that is never half written.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace spranga::app {

/// Writes all of `text` to standard output; 0, or the code of a usage error where it cannot.
[[nodiscard]] int print(std::string_view text);

/// "spranga: MESSAGE" on standard error, and where to look. Returns the code of a usage error.
[[nodiscard]] int usage_error(std::string_view message, std::string_view see = "");

/// "spranga: MESSAGE" on standard error.
void tell(std::string_view message);

/// Replaces the file in one step; what is no plain file (/dev/stdout, a pipe) is written to.
[[nodiscard]] Result<void> write_file(const std::string& path, std::string_view text);

/// The same for a plain file that its owner alone may read.
[[nodiscard]] Result<void> write_private_file(const std::string& path, std::string_view text);

/// All of a file, or a little more than `longest` bytes of it.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t longest);

/// Whether `path` could be written, as far as that shows before.
[[nodiscard]] Result<void> check_writable(const std::string& path);

/// The first line of a file, without its end; for secrets, so at most 64 KiB and never in an error.
[[nodiscard]] Result<std::string> read_first_line(const std::string& path);

}  // namespace spranga::app
