// What the owner reads: subject and body of each kind of mail, in the language he wants.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ban/instant.h"
#include "guard/mail/ban_news.h"
#include "words/language.h"

namespace spranga::guard::mail {

struct Teller {
  words::Language language{words::Language::english};
  std::string host;  // how this machine is called
  /// Local time for a person: "2026-11-29 01:49:03".
  std::function<std::string(ban::Instant)> time_text;
};

struct Text {
  std::string subject;
  std::string body;
};

/// Bans that are told together. `counted` and `by_jail` hold those too that are not in `bans`.
struct Digest {
  std::vector<BanNews> bans;
  std::size_t counted{0};
  std::vector<std::pair<std::string, std::size_t>> by_jail;
  std::size_t limit{0};  // not 0: gathered since more mails than that in an hour were to be sent
};

[[nodiscard]] Text tell_ban(const Teller& teller, const BanNews& news);
[[nodiscard]] Text tell_digest(const Teller& teller, const Digest& digest);
[[nodiscard]] Text tell_start(const Teller& teller, const std::vector<std::string>& jails);
[[nodiscard]] Text tell_stop(const Teller& teller, const std::vector<std::string>& jails);

}  // namespace spranga::guard::mail
