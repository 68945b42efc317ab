// Short turns: where many want the processor, who asks for short turns is let on sooner, and gets
// no more of it than before. For a process that sleeps most of the time and is waited for.
#pragma once

namespace spranga::process {

/// Of this thread, and of those that it starts later. True: done. Kernels before 6.12 take it for
/// nothing, and where it is refused, or the owner has chosen another policy, all stays as it was.
bool ask_for_short_turns();

}  // namespace spranga::process
