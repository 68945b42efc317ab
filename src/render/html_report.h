// The report as one page that stands alone: to show, to keep, to print. No script, no request.
#pragma once

#include <span>
#include <string>

#include "finding/finding.h"
#include "render/render.h"

namespace spranga::render {

[[nodiscard]] std::string html_report(std::span<const finding::Report> reports, const Style& style);

}  // namespace spranga::render
