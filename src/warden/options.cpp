#include "warden/options.h"

#include <cstdlib>
#include <string_view>

namespace spranga::warden {

Result<Options> parse_options(int argc, char** argv) {
  Options out;
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--dry-run") {
      out.dry_run = true;
    } else if (word == "--") {
      out.reading.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    } else if (word == "--program" && i + 1 < words.size()) {
      out.program = words[++i];
    } else if (word == "--ready-fd" && i + 1 < words.size()) {
      out.ready_fd = std::atoi(words[++i].c_str());  // NOLINT(cert-err34-c): ours
    } else {
      return fail(Errc::malformed, "started by hand? unknown argument " + word);
    }
  }
  if (out.program.empty()) {
    return fail(Errc::malformed, "started by hand? use: spranga guard");
  }
  return out;
}

}  // namespace spranga::warden
