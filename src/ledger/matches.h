// The lines of a ban, and what the filter caught in them, in both databases: ours keeps bytes,
// fail2ban's has JSON.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace spranga::ledger {

/// `bytes`, at most `limit` of them; a UTF-8 character is not cut in two.
[[nodiscard]] std::string_view cut(std::string_view bytes, std::size_t limit);

/// The last `most` lines, each cut.
[[nodiscard]] std::vector<std::string> last_matches(const std::vector<std::string>& matches,
                                                    std::size_t most);

/// Exactly, and back; what is unreadable gives no lines.
[[nodiscard]] std::string pack_matches(const std::vector<std::string>& matches);
[[nodiscard]] std::vector<std::string> unpack_matches(std::string_view packed);

using Fields = std::map<std::string, std::string>;

/// At most BanMade::most_fields, each value cut; no fields give no bytes. What is unreadable gives
/// no fields.
[[nodiscard]] std::string pack_fields(const Fields& fields);
[[nodiscard]] Fields unpack_fields(std::string_view packed);

/// What fail2ban's database can hold of `bytes`: text without NUL. Its reader fails for a whole
/// jail where a name is not UTF-8.
[[nodiscard]] std::string fail2ban_text(std::string_view bytes);

struct BanData {
  std::vector<std::string> matches;
  int failures{0};
  Fields fields{};  // only read, never written
};

/// {"matches": ["…"], "failures": 3}, as fail2ban's column `data` has it; without matches where
/// none are to be kept.
[[nodiscard]] std::string to_json(const BanData& data, bool with_matches);

/// What fail2ban wrote, a line of three pieces included; empty where it is not understood.
[[nodiscard]] BanData from_json(std::string_view json);

}  // namespace spranga::ledger
