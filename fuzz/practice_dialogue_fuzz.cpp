// The practice server: whatever a client says, weak or hardened, each answer is whole lines or
// nothing.
#include <algorithm>
#include <string>

#include "fuzz/input.h"
#include "practice/dialogue.h"

using spranga::fuzz::require;
using spranga::practice::Next;
using spranga::practice::Service;

namespace {

void talk(std::string_view lines, bool weak, Service service) {
  spranga::practice::Weaknesses weaknesses;
  weaknesses.clear_auth = weaknesses.any_sender = weaknesses.starttls_optional = weak;
  spranga::practice::Mailbox mailbox;
  mailbox.password = "secret";
  spranga::practice::Dialogue dialogue(weaknesses, service, mailbox);
  require(dialogue.greeting().ends_with("\r\n"));
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const auto answer = dialogue.answer(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    require(answer.text.empty() || answer.text.ends_with("\r\n"));
    if (answer.next == Next::start_tls) {
      dialogue.secured();
    }
    if (answer.next == Next::close) {
      return;
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lines = spranga::fuzz::as_text(data, size);
  for (const bool weak : {true, false}) {
    for (const auto service : {Service::smtp, Service::submission, Service::submissions}) {
      talk(lines, weak, service);
    }
  }
  return 0;
}
