// S7: does the server tell a stranger which mailboxes there are? VRFY postmaster, where the budget
// allows it beside the relay probe; EXPN and a random name on request.
#pragma once

#include "check/probes/stranger.h"

namespace spranga::check {

/// Adds S7.
void ask_names(Stranger& stranger);

}  // namespace spranga::check
