// Nodes as a Value: here what is shared is repeated, so here it is counted.
#pragma once

#include "base/result.h"
#include "guard/pickle/node.h"
#include "guard/pickle/unpickle.h"
#include "guard/pickle/value.h"

namespace spranga::guard::pickle {

[[nodiscard]] Result<Value> build_value(const Nodes& nodes, NodeId root, const Limits& limits);

}  // namespace spranga::guard::pickle
