// The answer to EHLO: keywords and mechanisms in upper case, each mechanism once.
#include <algorithm>
#include <string>

#include "fuzz/input.h"
#include "smtp/capabilities.h"
#include "smtp/reply.h"
#include "text/ascii.h"

using spranga::fuzz::require;

namespace {

spranga::smtp::Reply ehlo_reply(std::string_view text) {
  spranga::smtp::Reply out;
  out.code = 250;
  while (out.lines.size() < spranga::smtp::max_reply_lines) {
    const auto end = std::min(text.find('\n'), text.size());
    out.lines.emplace_back(text.substr(0, std::min(end, spranga::smtp::max_reply_line)));
    if (end == text.size()) {
      break;
    }
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reply = ehlo_reply(spranga::fuzz::as_text(data, size));
  const auto found = spranga::smtp::parse_capabilities(reply);
  require(found.extended);
  require(found.keywords.size() < reply.lines.size());
  for (const auto& [keyword, parameters] : found.keywords) {
    require(!keyword.empty() && keyword == spranga::text::to_upper(keyword));
    require(found.has(keyword));
  }
  for (const auto& mechanism : found.mechanisms) {
    require(!mechanism.empty() && mechanism == spranga::text::to_upper(mechanism));
    require(std::ranges::count(found.mechanisms, mechanism) == 1);
    require(found.offers(mechanism));
  }
  return 0;
}
