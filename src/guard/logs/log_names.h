// Names of logs: what rotation makes of them, and which a configuration's globs allow. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spranga::guard {

/// A glob that names just this.
[[nodiscard]] std::string glob_escape(std::string_view path);

/// What rotation may have made of `path` is among these; is_rotation_of() tells.
[[nodiscard]] std::string rotations_glob(std::string_view path);

/// mail.log.1, mail.log-20261129, mail.log.2.gz, mail-20261129.log of mail.log.
[[nodiscard]] bool is_rotation_of(std::string_view path, std::string_view other);

/// By its name: .gz and the like.
[[nodiscard]] bool is_packed_name(std::string_view path);

/// Up to the last "/"; "/" for what lies there.
[[nodiscard]] std::string folder_of(std::string_view path);

/// "/", "/var", "/var/log" of "/var/log/mail.log": the folders on the way, globs in them as they
/// are.
[[nodiscard]] std::vector<std::string> folders_to(std::string_view path);

/// As a log's path is kept: from "/", without "//" and "/./".
[[nodiscard]] std::string tidy_path(std::string_view path);

[[nodiscard]] bool has_glob(std::string_view path);

/// Whether a glob names the path. A leading dot is to be named.
[[nodiscard]] bool glob_names(const std::string& pattern, const std::string& path);

/// For who opens logs in somebody else's name: whether the configuration's globs name this path, or
/// a log of which it is a rotation; whether they lead through this folder; whether a glob looks
/// into folders that one of them looks into.
[[nodiscard]] bool may_open(const std::vector<std::string>& patterns, const std::string& path);
[[nodiscard]] bool may_watch(const std::vector<std::string>& patterns, const std::string& folder);
[[nodiscard]] bool may_expand(const std::vector<std::string>& patterns, const std::string& glob);

}  // namespace spranga::guard
