// Golden files: tests/render/golden/NAME. Run a test with SPRANGA_WRITE_GOLDEN=1 to write them
// anew.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace spranga::test {

/// A file of the source tree; "" where it is not there.
inline std::string file_text(const std::string& path) {
  std::ifstream in(std::filesystem::path(SPRANGA_SOURCE_DIR) / path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string golden(const std::string& name, const std::string& actual) {
  const auto path = "tests/render/golden/" + name;
  if (std::getenv("SPRANGA_WRITE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
    std::ofstream(std::filesystem::path(SPRANGA_SOURCE_DIR) / path, std::ios::binary) << actual;
  }
  return file_text(path);
}

}  // namespace spranga::test
