#include "replay/jail_run.h"

#include <utility>

namespace spranga::replay {

Result<JailRun> JailRun::make(const ban::JailSpec& spec,
                              guard::MatchOptions match,
                              guard::JudgePorts ports,
                              ban::Instant today) {
  auto counted = spec;
  counted.maxmatches = 0;  // nobody is sent the lines
  auto judge = guard::Judge::make(counted, std::move(ports));
  if (!judge) {
    const auto where = spec.origin.line > 0
                           ? spec.origin.file + ":" + std::to_string(spec.origin.line) + ": "
                           : std::string();
    return fail(judge.error().code, where + judge.error().detail);
  }
  SPRANGA_TRY(auto matcher, guard::Matcher::make(spec, std::move(match), today));
  return JailRun{std::move(matcher),
                 std::make_unique<guard::Judge>(*std::move(judge)),
                 guard::JournalMatch(spec.filter.journalmatch)};
}

}  // namespace spranga::replay
