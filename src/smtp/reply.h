// SMTP replies (RFC 5321 §4.2): bytes in, replies out. Knows framing and shape, not meaning.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace spranga::smtp {

constexpr std::size_t max_reply_line = 4096;     // bytes; RFC 5321 asks for 512
constexpr std::size_t max_reply_lines = 256;     // lines of one reply
constexpr std::size_t max_reply_bytes = 65'536;  // one reply, and what waits behind it

struct Reply {
  int code{0};                     // 200–599
  std::string enhanced;            // "5.7.1", or "" where there is none (RFC 3463)
  std::vector<std::string> lines;  // text of each line after the code, enhanced code included; raw

  [[nodiscard]] bool ok() const { return code >= 200 && code < 300; }

  [[nodiscard]] bool temporary() const { return code >= 400 && code < 500; }

  [[nodiscard]] bool refused() const { return code >= 400; }

  /// All lines joined by a blank, without the enhanced codes; raw bytes of the server.
  [[nodiscard]] std::string text() const;

  /// "550 5.7.1 Relaying denied": the code and the first line's text, raw.
  [[nodiscard]] std::string first_line() const;
};

/// Feed bytes as they come, ask for replies. A reply may be split anywhere. Once next() has failed
/// the stream is beyond repair and every further call fails alike.
class ReplyParser {
public:
  void feed(std::string_view bytes);

  /// A whole reply; nullopt = more bytes are needed. Errc::malformed (not an SMTP reply line, or
  /// codes that differ inside one reply) with the offending bytes escaped; Errc::too_large at a
  /// limit.
  [[nodiscard]] Result<std::optional<Reply>> next();

  /// Bytes that no reply has taken yet.
  [[nodiscard]] std::size_t unread() const { return buffer_.size() - at_; }

  /// Takes those bytes out, for evidence.
  [[nodiscard]] std::string take_unread();

private:
  /// The next line with its LF; nullopt = more bytes are needed.
  [[nodiscard]] Result<std::optional<std::string_view>> next_line() const;

  /// Adds a line to the reply that is being put together; true where it was its last.
  [[nodiscard]] Result<bool> take_line(std::string_view raw);

  std::string buffer_;
  std::size_t at_{0};
  Reply partial_;
  std::size_t partial_bytes_{0};
  std::optional<Error> broken_;
};

/// "5.7.1" at the start of `text` where its class is that of `code`, else "".
[[nodiscard]] std::string_view enhanced_code_of(std::string_view text, int code);

}  // namespace spranga::smtp
