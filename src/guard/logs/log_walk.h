// The way to a log, a step at a time from "/", so that nobody can change a step after it was looked
// at. A symbolic link is followed only where every folder and every link of the whole way belongs
// to root and nobody else can write there; else a link planted in a folder of the mail server's
// user would make root read any file for him. (Where the process is not root, a link leads nowhere
// that its user could not go himself, and `Links::any` will do.)
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace spranga::guard {

enum class Links { trusted, any };

/// The folder itself (O_PATH). Errc::not_found, denied, io.
[[nodiscard]] Result<Fd> walk_to_folder(const std::string& path, Links links);

/// The log itself, read-only. Errc::denied also for what is no regular file, and for a file of
/// somebody else's that has another name too, in a folder that is not root's.
[[nodiscard]] Result<Fd> walk_to_log(const std::string& path, Links links);

}  // namespace spranga::guard
