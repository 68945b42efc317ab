#include "knock/pause.h"

#include <thread>

namespace spranga::knock {

void SystemPause::until(SteadyTime when) {
  std::this_thread::sleep_until(when);
}

}  // namespace spranga::knock
