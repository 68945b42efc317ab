// The window: the lines that expressions see at once (maxlines), as text and with their dates.
#pragma once

#include <string>
#include <vector>

#include "guard/match/failure.h"
#include "guard/match/line_reader.h"

namespace spranga::guard {

[[nodiscard]] LineParts parts_of(const DatedLine& line);

/// Only how long they are.
[[nodiscard]] LineParts unseen_parts_of(const DatedLine& line);

/// The lines as expressions see them: without dates, each with a newline. No lines: one newline.
void join(const std::vector<LineParts>& lines, std::string& out);

}  // namespace spranga::guard
