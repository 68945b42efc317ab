#include "app/check_state.h"

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "app/output.h"
#include "words/phrase.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? "" : value;
}

/// The folder of state files. Relative paths in XDG variables are to be ignored, says its standard.
Result<std::filesystem::path> state_folder() {
  if (const auto state = variable("XDG_STATE_HOME"); state.starts_with('/')) {
    return std::filesystem::path(state) / "spranga";
  }
  if (const auto home = variable("HOME"); home.starts_with('/')) {
    return std::filesystem::path(home) / ".local/state/spranga";
  }
  return fail(Errc::not_found, say(Word::state_no_home));
}

/// A target as a file's name.
std::string file_name_of(const std::string& target) {
  std::string out;
  for (const unsigned char byte : target) {
    const bool plain = std::isalnum(byte) != 0 || byte == '-' || byte == '.' || byte == ':';
    out += plain ? static_cast<char>(byte) : '_';
  }
  return (out.starts_with('.') ? "_" + out : out) + ".json";
}

}  // namespace

Result<std::string> default_state_file(const std::string& target) {
  SPRANGA_TRY(const auto folder, state_folder());
  return (folder / file_name_of(target)).string();
}

Result<std::string> only_state_file() {
  SPRANGA_TRY(const auto folder, state_folder());
  std::vector<std::string> found;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".json") {
      found.push_back(entry.path().string());
    }
  }
  if (found.empty()) {
    return fail(Errc::not_found, say(Word::state_none, {folder.string()}));
  }
  if (found.size() > 1) {
    std::string list;
    for (const auto& file : found) {
      list += (list.empty() ? "" : ", ") + file;
    }
    return fail(Errc::not_found, say(Word::state_several, {list}));
  }
  return found.front();
}

Result<check::BanState> read_state(const std::string& file) {
  SPRANGA_TRY(const auto text, read_file(file, check::largest_state));
  return check::state_of_text(text, file);
}

Result<void> can_keep_state(const std::string& file) {
  std::error_code failed;
  const auto folder = std::filesystem::absolute(file, failed).parent_path();
  if (!std::filesystem::exists(folder, failed)) {
    std::filesystem::create_directories(folder, failed);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  }
  return check_writable(file);
}

Result<void> write_state(const std::string& file, const check::BanState& state) {
  SPRANGA_CHECK(can_keep_state(file));
  return write_private_file(file, check::to_text(state));
}

}  // namespace spranga::app
