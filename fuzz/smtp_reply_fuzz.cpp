// Replies: however the bytes are split, the same replies and the same failure come out, within the
// limits.
#include <string>
#include <vector>

#include "fuzz/input.h"
#include "smtp/reply.h"

using spranga::fuzz::require;
using spranga::smtp::Reply;
using spranga::smtp::ReplyParser;

namespace {

struct Outcome {
  std::vector<Reply> replies;
  bool failed{false};
};

/// Takes what is ready; false once the stream is beyond repair.
bool drain(ReplyParser& parser, Outcome& out) {
  while (true) {
    auto next = parser.next();
    if (!next) {
      require(!next.error().detail.empty());
      require(!parser.next());
      out.failed = true;
      return false;
    }
    if (!*next) {
      return true;
    }
    out.replies.push_back(std::move(**next));
  }
}

Outcome parse(std::string_view bytes, std::size_t piece) {
  Outcome out;
  ReplyParser parser;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    parser.feed(bytes.substr(at, piece));
    if (!drain(parser, out)) {
      break;
    }
    require(parser.unread() <= spranga::smtp::max_reply_bytes + piece);
  }
  return out;
}

void check_reply(const Reply& reply) {
  require(reply.code >= 200 && reply.code <= 599);
  require(!reply.lines.empty() && reply.lines.size() <= spranga::smtp::max_reply_lines);
  for (const auto& line : reply.lines) {
    require(line.size() <= spranga::smtp::max_reply_line);
  }
  require(reply.enhanced.empty() || reply.enhanced.front() - '0' == reply.code / 100);
  require(!reply.first_line().empty());
  static_cast<void>(reply.text());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = spranga::fuzz::as_text(data, size);
  const auto whole = parse(bytes, size + 1);
  const auto pieces = parse(bytes, 1);
  require(whole.failed == pieces.failed);
  require(whole.replies.size() == pieces.replies.size());
  for (std::size_t i = 0; i < whole.replies.size(); ++i) {
    check_reply(whole.replies[i]);
    require(whole.replies[i].code == pieces.replies[i].code);
    require(whole.replies[i].lines == pieces.replies[i].lines);
  }
  return 0;
}
