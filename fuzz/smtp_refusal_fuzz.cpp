// Why a server refused: every reply has a reason with a name, and what is no refusal has none.
#include "fuzz/input.h"
#include "smtp/refusal.h"
#include "smtp/reply.h"

using spranga::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  spranga::smtp::ReplyParser parser;
  parser.feed(spranga::fuzz::as_text(data, size));
  while (true) {
    const auto next = parser.next();
    if (!next || !*next) {
      return 0;
    }
    const auto& reply = **next;
    const auto reason = spranga::smtp::reason_of(reply);
    require(!spranga::smtp::reason_name(reason).empty());
    require(reply.refused() || reason == spranga::smtp::Reason::none);
  }
}
