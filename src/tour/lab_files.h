// The files of lab/, carried inside the program so that it runs from anywhere. lab_files.cpp is generated
// by tools/embed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace spranga::tour {

struct LabFile {
  std::string_view path;  // below lab/
  std::string_view text;
  bool executable;
};

[[nodiscard]] std::span<const LabFile> lab_files();

}  // namespace spranga::tour
