// Which product answers: any reply may be asked.
#include "check/product.h"
#include "fuzz/input.h"
#include "smtp/reply.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  spranga::smtp::ReplyParser parser;
  parser.feed(spranga::fuzz::as_text(data, size));
  while (true) {
    const auto next = parser.next();
    if (!next || !*next) {
      return 0;
    }
    static_cast<void>(spranga::check::product_of_greeting(**next));
    static_cast<void>(spranga::check::product_of_reply(**next));
  }
}
