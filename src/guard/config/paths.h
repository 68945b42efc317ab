// File names as Python's os.path and glob treat them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spranga::guard::config {

/// os.path.join of two.
[[nodiscard]] std::string join(std::string_view folder, std::string_view name);
[[nodiscard]] std::string dirname(std::string_view path);
[[nodiscard]] std::string basename(std::string_view path);

/// os.path.splitext()[0].
[[nodiscard]] std::string without_extension(std::string_view path);

/// os.path.abspath.
[[nodiscard]] std::string absolute(std::string_view path);

/// Follows links.
[[nodiscard]] bool exists(const std::string& path);
[[nodiscard]] bool is_file(const std::string& path);
[[nodiscard]] bool is_folder(const std::string& path);

/// glob.glob(): names in the order in which the folders list them; dangling links are among them.
[[nodiscard]] std::vector<std::string> glob(const std::string& pattern);

}  // namespace spranga::guard::config
