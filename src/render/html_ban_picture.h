// The pictures of a ban test.
#pragma once

#include <string>

#include "render/html_parts.h"

namespace spranga::render {

/// The guesses over time, as high as their replies were late, and the block. At least one guess.
void draw_guesses(const Sheet& sheet, const finding::Ban& ban, const std::string& title);

/// The looks at the door after the block, a lane for each port. At least one look.
void draw_door(const Sheet& sheet, const finding::Ban& ban, const std::string& title);

}  // namespace spranga::render
