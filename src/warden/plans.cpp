#include "warden/plans.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "plan/orders.h"
#include "process/spawn.h"

namespace spranga::warden {

namespace {

constexpr int time_to_read_ms = 60'000;

}  // namespace

Result<Plans> read_configuration(const Options& options) {
  std::array<Fd, 3> memory;
  std::vector<std::pair<int, int>> descriptors;
  for (std::size_t i = 0; i < memory.size(); ++i) {
    SPRANGA_TRY(memory.at(i), plan::unsealed("spranga-plan"));
    descriptors.emplace_back(memory.at(i).get(), plan::reader_warden_plan + static_cast<int>(i));
  }
  std::vector<std::string> argv{options.program, "guard", "--write-plan"};
  argv.insert(argv.end(), options.reading.begin(), options.reading.end());
  process::SpawnOptions how;
  how.descriptors = descriptors;
  SPRANGA_TRY(const auto child, process::spawn(argv, how));
  SPRANGA_TRY(const bool good, process::wait_for(child, time_to_read_ms));
  if (!good) {
    return fail(Errc::malformed, "the configuration could not be read");
  }
  for (const auto& fd : memory) {
    SPRANGA_CHECK(plan::seal(fd.get()));
  }
  Plans out;
  SPRANGA_TRY(const auto bytes, plan::bytes_of_sealed(memory[0].get()));
  SPRANGA_TRY(out.warden, plan::read_warden_plan(bytes));
  out.guard = std::move(memory[1]);
  out.runner = std::move(memory[2]);
  return out;
}

}  // namespace spranga::warden
