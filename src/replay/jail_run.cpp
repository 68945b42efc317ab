#include "replay/jail_run.h"

#include <utility>

#include "replay/jail_fault.h"

namespace spranga::replay {

Result<JailRun> JailRun::make(const ban::JailSpec& spec,
                              guard::MatchOptions match,
                              guard::JudgePorts ports,
                              ban::Instant today) {
  auto counted = spec;
  counted.maxmatches = 0;  // nobody is sent the lines
  auto judge = guard::Judge::make(counted, std::move(ports));
  auto matcher = guard::Matcher::make(spec, std::move(match), today);
  if (!judge || !matcher) {
    const auto faults = faults_of(spec, today);
    return fail(judge ? matcher.error().code : judge.error().code,
                faults.empty() ? (judge ? matcher.error().detail : judge.error().detail)
                               : to_text(faults.front()));
  }
  return JailRun{*std::move(matcher),
                 std::make_unique<guard::Judge>(*std::move(judge)),
                 guard::JournalMatch(spec.filter.journalmatch)};
}

}  // namespace spranga::replay
