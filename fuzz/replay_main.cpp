// Runs a fuzz target over files or folders given as arguments, without libFuzzer: the corpus as an
// ordinary test. Each seed is run whole and cut off at every length up to a limit, since remote
// bytes arrive in pieces. Exit code: 0 when all ran (a finding ends the process), 1 when there was
// nothing to run.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <vector>

#include "fuzz/input.h"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_cut = 512;
#ifndef SPRANGA_CUT_STEP
#define SPRANGA_CUT_STEP 1
#endif
constexpr std::size_t cut_step = SPRANGA_CUT_STEP;

std::vector<std::uint8_t> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A copy of its own size for each run, so that AddressSanitizer sees a read past the end.
void run_once(std::span<const std::uint8_t> bytes) {
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::size_t replay(const fs::path& path) {
  const auto seed = read_file(path);
  for (std::size_t cut = 0; cut < std::min(seed.size(), longest_cut); cut += cut_step) {
    run_once(std::span(seed).first(cut));
  }
  run_once(seed);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t seeds = 0;
  for (const fs::path path : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
    if (!fs::is_directory(path)) {
      seeds += replay(path);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(path)) {
      seeds += entry.is_regular_file() ? replay(entry.path()) : 0;
    }
  }
  std::printf("%zu seeds replayed\n", seeds);
  return seeds > 0 ? 0 : 1;
}
