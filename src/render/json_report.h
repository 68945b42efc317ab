// The report for programs: schema "spranga.check/1", described by docs/check.schema.json. One
// target gives one object, several an array in the order asked.
#pragma once

#include <span>
#include <string>

#include "finding/finding.h"
#include "render/render.h"

namespace spranga::render {

[[nodiscard]] std::string json_report(std::span<const finding::Report> reports, const Style& style);

}  // namespace spranga::render
