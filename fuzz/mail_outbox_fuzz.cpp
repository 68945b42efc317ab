// The file of mails that wait: one that is read is written again, and what comes of it is mail.
#include "fuzz/input.h"
#include "guard/mail/post.h"

using namespace spranga;
using namespace spranga::guard::mail;
using spranga::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ban::Instant now(std::chrono::hours(500'000));
  Settings settings;
  settings.rhythm = Rhythm::hourly;
  Post post(settings,
            {words::Language::english, "mail.example.org", [](ban::Instant) { return "now"; }},
            std::chrono::seconds(0));
  if (!post.restore(fuzz::as_text(data, size), {}, now)) {
    require(post.letters_waiting() == 0);
    return 0;
  }
  const auto bytes = post.pack();
  Post again(settings,
             {words::Language::english, "mail.example.org", [](ban::Instant) { return "now"; }},
             std::chrono::seconds(0));
  require(again.restore(bytes, {}, now).has_value());
  require(again.pack() == bytes);
  post.close(now);
  static_cast<void>(post.take_due(now));
  static_cast<void>(post.take_log());
  return 0;
}
