#include "guard/match/credentials.h"

#include <algorithm>
#include <array>
#include <vector>

#include "text/ascii.h"

namespace spranga::guard {

namespace {

constexpr std::string_view hidden = hidden_credential;
constexpr auto nowhere = std::string_view::npos;

constexpr std::array<std::string_view, 10> mechanisms{"PLAIN",
                                                      "LOGIN",
                                                      "CRAM-MD5",
                                                      "DIGEST-MD5",
                                                      "NTLM",
                                                      "XOAUTH2",
                                                      "OAUTHBEARER",
                                                      "EXTERNAL",
                                                      "GSSAPI",
                                                      "SCRAM-"};
constexpr std::size_t longest_mechanism = 20;  // RFC 4422, 3.1

/// Commands that hold no password: SMTP's without AUTH, its relatives, HTTP's.
constexpr std::array<std::string_view, 33> harmless_verbs{
    "HELO",   "EHLO",    "LHLO",    "MAIL",     "RCPT",  "DATA", "BDAT",     "RSET", "NOOP",
    "QUIT",   "VRFY",    "EXPN",    "HELP",     "ETRN",  "ATRN", "STARTTLS", "TURN", "SEND",
    "SOML",   "SAML",    "XCLIENT", "XFORWARD", "PROXY", "GET",  "HEAD",     "POST", "PUT",
    "DELETE", "OPTIONS", "CONNECT", "TRACE",    "PATCH", "PRI"};

/// What OpenSMTPD says of a command itself begins so; else it quotes the command.
constexpr std::array<std::string_view, 9> own_words{"Command ",
                                                    "Pipelining ",
                                                    "HELO requires ",
                                                    "EHLO requires ",
                                                    "Channel ",
                                                    "Already ",
                                                    "Must ",
                                                    "No ",
                                                    "Too "};

/// OpenSMTPD hides what it was given itself.
constexpr std::array<std::string_view, 3> hidden_already{"(...)", "(username)", "(password)"};

enum class Quoted { command, lines, sentence, secret };

/// Where a server quotes a client.
struct Place {
  std::string_view before;
  bool client;              // then comes "NAME[ADDRESS]:PORT ...: "
  std::string_view behind;  // the last of these in the line; "": to its end
  Quoted what;
};

constexpr std::array places{
    // Exim
    Place{"SMTP syntax error in \"", false, "\" H=", Quoted::command},
    Place{"SMTP protocol error in \"", false, "\" H=", Quoted::command},
    Place{"(last was \"", false, "\"", Quoted::command},
    Place{"(last command was \"", false, "\"", Quoted::command},
    Place{": rejected \"", false, "\" H=", Quoted::command},
    Place{" input=\"", false, "\"", Quoted::lines},
    // OpenSMTPD
    Place{"failed-command command=\"", false, "\" result=\"", Quoted::command},
    Place{"bad-input result=\"", false, "\"", Quoted::sentence},
    Place{"received invalid command: \"", false, "\"", Quoted::command},
    // Postfix
    Place{"non-SMTP command from ", true, "", Quoted::command},
    Place{"NON-SMTP COMMAND from ", true, "", Quoted::command},
    Place{"improper command pipelining after ", true, "", Quoted::lines},
    Place{"COMMAND PIPELINING from ", true, "", Quoted::lines},
    Place{"PREGREET ", true, "", Quoted::lines},
    Place{"request longer than ", false, "", Quoted::sentence},
    Place{"]: < ", true, "", Quoted::command},
    // Sendmail
    Place{"ommand unrecognized: \"", false, "\"", Quoted::command},
    Place{": <-- ", false, "", Quoted::command},
    Place{"AUTH decode64 error [", false, "\"]", Quoted::secret},
    // Dovecot
    Place{"given password: ", false, ")", Quoted::secret},
};

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '=';
}

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_of_a_mechanism(char c) {
  return is_letter(c) || text::is_digit(c) || c == '-' || c == '_';
}

/// Finds what is to be hidden in one line; its parts, then the line without them.
class Hider {
public:
  explicit Hider(std::string_view line) : line_(line) {}

  std::string run() {
    hide_initial_responses();
    for (const auto& place : places) {
      hide_at(place);
    }
    hide_empty_users();
    hide_debugged();
    return without();
  }

private:
  void hide(std::size_t from, std::size_t to) {
    while (to > from && (is_blank(line_[to - 1]) || line_[to - 1] == '\n')) {
      --to;
    }
    if (to > from) {
      parts_.push_back({from, to});
    }
  }

  [[nodiscard]] std::size_t skip_blanks(std::size_t at, std::size_t end) const {
    while (at < end && is_blank(line_[at])) {
      ++at;
    }
    return at;
  }

  /// Behind "MECHANISM " at `at`; `nowhere` if none that is known stands there.
  [[nodiscard]] std::size_t behind_mechanism(std::size_t at, std::size_t end) const {
    auto to = at;
    while (to < end && to - at <= longest_mechanism && is_of_a_mechanism(line_[to])) {
      ++to;
    }
    const auto name = line_.substr(at, to - at);
    const bool known = std::ranges::any_of(mechanisms, [&](std::string_view mechanism) {
      return text::starts_with_ignoring_case(name, mechanism);
    });
    return known && (to == end || is_blank(line_[to])) ? skip_blanks(to, end) : nowhere;
  }

  /// The credentials of each AUTH command, wherever it stands.
  void hide_initial_responses() {
    constexpr std::string_view verb = "AUTH";
    for (std::size_t at = 0; (at = line_.find_first_of("Aa", at)) != nowhere; ++at) {
      const auto behind = at + verb.size();
      if (!text::starts_with_ignoring_case(line_.substr(at), verb) || behind >= line_.size() ||
          !is_blank(line_[behind]) || (at > 0 && is_letter(line_[at - 1]))) {
        continue;
      }
      const auto from = behind_mechanism(skip_blanks(behind, line_.size()), line_.size());
      if (from != nowhere) {
        auto to = from;
        while (to < line_.size() && is_base64(line_[to])) {
          ++to;
        }
        hide(from, to);
      }
    }
  }

  void hide_at(const Place& place) {
    auto from = line_.find(place.before);
    if (from == nowhere) {
      return;
    }
    from += place.before.size();
    if (place.client) {
      const auto bracket = line_.find(']', from);
      const auto colon = bracket == nowhere ? nowhere : line_.find(": ", bracket);
      if (colon == nowhere) {
        return;
      }
      from = colon + 2;
    }
    auto to = line_.size();
    if (!place.behind.empty()) {
      const auto last = line_.rfind(place.behind);
      to = last == nowhere || last < from ? to : last;
    }
    hide_quoted(place.what, from, to);
  }

  void hide_quoted(Quoted what, std::size_t from, std::size_t to) {
    switch (what) {
      case Quoted::command:
        return hide_command(from, to);
      case Quoted::lines:
        return hide_lines(from, to);
      case Quoted::sentence:
        return hide_behind_sentence(from, to);
      case Quoted::secret:
        break;
    }
    // Sendmail's error comes before the word: -5 for "...
    constexpr std::string_view opening = " for \"";
    const auto opened = line_.substr(from, to - from).find(opening);
    hide(opened == nowhere ? from : from + opened + opening.size(), to);
  }

  /// One command: shown if its verb is harmless.
  void hide_command(std::size_t from, std::size_t to) {
    from = skip_blanks(from, to);
    auto end = from;
    while (end < to && !is_blank(line_[end])) {
      ++end;
    }
    const auto verb = line_.substr(from, end - from);
    const auto is_verb = [&](std::string_view known) {
      return text::equal_ignoring_case(verb, known);
    };
    if (is_verb("AUTH")) {
      const auto name = skip_blanks(end, to);
      const auto rest = behind_mechanism(name, to);
      const auto secret = rest == nowhere ? name : rest;
      if (std::ranges::find(hidden_already, line_.substr(secret, to - secret)) ==
          hidden_already.end()) {
        hide(secret, to);
      }
    } else if (std::ranges::none_of(harmless_verbs, is_verb)) {
      hide(from, to);
    }
  }

  /// Several commands, with the ends of lines written as \r\n, or ?? where a server has no better.
  void hide_lines(std::size_t from, std::size_t to) {
    while (from < to) {
      auto end = from;
      while (end < to && !is_line_end(end)) {
        ++end;
      }
      hide_command(from, end);
      from = end;
      while (from < to && is_line_end(from)) {
        from += 2;
      }
      from = std::min(from, to);
    }
  }

  [[nodiscard]] bool is_line_end(std::size_t at) const {
    const auto two = line_.substr(at, 2);
    return two == "\\r" || two == "\\n" || two == "??";
  }

  /// `500 5.5.1 Invalid command: COMMAND`, `2048: COMMAND`: what the server says, then the command.
  void hide_behind_sentence(std::size_t from, std::size_t to) {
    const auto colon = line_.substr(from, to - from).find(": ");
    if (colon == nowhere) {
      return;
    }
    from += colon + 2;
    const auto quoted = line_.substr(from, to - from);
    if (std::ranges::none_of(own_words,
                             [&](std::string_view own) { return quoted.starts_with(own); })) {
      hide_command(from, to);
    }
  }

  void hide_empty_users() {
    if (line_.find("AUTH failure (") == nowhere ||
        line_.find("All-whitespace username") == nowhere) {
      return;
    }
    constexpr std::string_view user = ", user=";
    const auto from = line_.find(user);
    const auto to = line_.rfind(", relay=");
    if (from != nowhere && to != nowhere && to > from) {
      hide(from + user.size(), to);
    }
  }

  /// The words behind resp= and pass= in what Dovecot's processes tell one another, and an answer.
  void hide_debugged() {
    for (const std::string_view tab : {"\t", "#011"}) {
      for (const std::string_view name : {"resp=", "pass="}) {
        const auto key = std::string(tab) + std::string(name);
        for (std::size_t at = 0; (at = line_.find(key, at)) != nowhere;) {
          at += key.size();
          hide(at, std::min(line_.find_first_of("\t #", at), line_.size()));
        }
      }
      if (line_.find("client in: CONT" + std::string(tab)) != nowhere) {
        hide(line_.rfind(tab) + tab.size(), line_.size());
      }
    }
  }

  [[nodiscard]] std::string without() {
    std::ranges::sort(parts_, {}, &Part::from);
    std::string out;
    std::size_t at = 0;
    for (const auto& part : parts_) {
      if (part.from >= at) {
        out.append(line_.substr(at, part.from - at)).append(hidden);
      }
      at = std::max(at, part.to);
    }
    return out.append(line_.substr(at));
  }

  struct Part {
    std::size_t from;
    std::size_t to;
  };

  std::string_view line_;
  std::vector<Part> parts_;
};

}  // namespace

std::string hide_credentials(std::string_view line) {
  return Hider(line).run();
}

}  // namespace spranga::guard
