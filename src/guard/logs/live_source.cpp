#include "guard/logs/live_source.h"

#include <algorithm>

namespace spranga::guard {

void LineSink::on_block(const LiveBlock& block) {
  auto after = block.after;
  after.offset -= block.lines.size();
  for (auto rest = block.lines; !rest.empty();) {
    const auto length = rest.find('\n') + 1;
    const auto line = rest.substr(0, length - 1);
    after.offset += length;
    on_line({line.substr(std::min(line.find_first_not_of('\0'), line.size())),
             std::nullopt,
             block.jails,
             block.starting,
             after});
    rest.remove_prefix(length);
  }
}

}  // namespace spranga::guard
