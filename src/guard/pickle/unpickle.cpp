#include "guard/pickle/unpickle.h"

#include <string>

#include "guard/pickle/build.h"
#include "guard/pickle/machine.h"

namespace spranga::guard::pickle {

Result<Value> unpickle(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.bytes) {
    return fail(Errc::too_large, "a pickle of " + std::to_string(bytes.size()) + " bytes");
  }
  Machine machine(bytes, limits);
  SPRANGA_TRY(const auto root, machine.run());
  return build_value(machine.nodes(), root, limits);
}

}  // namespace spranga::guard::pickle
