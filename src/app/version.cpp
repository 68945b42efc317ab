#include "app/version.h"

#include "app/output.h"
#include "words/phrase.h"

namespace spranga::app {

std::string_view version() {
  return SPRANGA_VERSION;
}

std::string_view release_date() {
  return "2026-11-25";
}

int version_command(std::span<const std::string> /*arguments*/) {
  return print(words::say(words::Word::version_line, {std::string(version())}) + "\n");
}

}  // namespace spranga::app
