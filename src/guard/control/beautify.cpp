#include "guard/control/beautify.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "guard/pickle/exceptions.h"
#include "guard/pickle/python_text.h"

namespace spranga::guard::control {

namespace {

using pickle::repr;
using pickle::str;
using pickle::Value;
using Kind = Value::Kind;

/// A step that gives nothing is where Python would raise; `message` is what was made until then.
class Beautifier {
public:
  Beautifier(const std::vector<Value>& command, const Value& reply)
      : command_(command), reply_(reply), message_(reply) {}

  [[nodiscard]] Beautified run() {
    if (!go()) {
      return {repr(message_) + repr(reply_), true};
    }
    return {str(message_), false};
  }

private:
  using Step = bool (Beautifier::*)();

  struct Row {
    std::string_view word;
    Step step;
  };

  [[nodiscard]] std::string_view word(std::size_t at) const {
    return at < command_.size() && command_[at].is_text() ? std::string_view(command_[at].text)
                                                          : std::string_view();
  }

  template <std::size_t count>
  [[nodiscard]] static const Row* find(const std::array<Row, count>& rows, std::string_view word) {
    const auto row = std::ranges::find_if(rows, [word](const Row& r) { return r.word == word; });
    return row == rows.end() ? nullptr : &*row;
  }

  /// The first word decides, then the second, then the third.
  [[nodiscard]] bool go() {
    static constexpr std::array first = {
        Row{"ping", &Beautifier::ping},
        Row{"version", &Beautifier::as_it_is},
        Row{"start", &Beautifier::start},
        Row{"stop", &Beautifier::stop},
        Row{"add", &Beautifier::add},
        Row{"flushlogs", &Beautifier::flushlogs},
        Row{"echo", &Beautifier::echo},
        Row{"status", &Beautifier::status},
    };
    static constexpr std::array second = {
        Row{"syslogsocket", &Beautifier::syslogsocket},
        Row{"logtarget", &Beautifier::logtarget},
        Row{"loglevel", &Beautifier::loglevel},
        Row{"dbfile", &Beautifier::dbfile},
        Row{"dbpurgeage", &Beautifier::dbpurgeage},
    };
    if (const auto* const row = find(first, word(0))) {
      return (this->*row->step)();
    }
    if (const auto* const row = find(second, word(1))) {
      return (this->*row->step)();
    }
    return command_.size() < 3 || third();
  }

  [[nodiscard]] bool third() {
    static constexpr std::array rows = {
        Row{"logpath", &Beautifier::logpath},
        Row{"addlogpath", &Beautifier::logpath},
        Row{"dellogpath", &Beautifier::logpath},
        Row{"logencoding", &Beautifier::logencoding},
        Row{"journalmatch", &Beautifier::journalmatch},
        Row{"addjournalmatch", &Beautifier::journalmatch},
        Row{"deljournalmatch", &Beautifier::journalmatch},
        Row{"datepattern", &Beautifier::datepattern},
        Row{"ignoreip", &Beautifier::ignoreip},
        Row{"addignoreip", &Beautifier::ignoreip},
        Row{"delignoreip", &Beautifier::ignoreip},
        Row{"failregex", &Beautifier::regexes},
        Row{"addfailregex", &Beautifier::regexes},
        Row{"delfailregex", &Beautifier::regexes},
        Row{"ignoreregex", &Beautifier::regexes},
        Row{"addignoreregex", &Beautifier::regexes},
        Row{"delignoreregex", &Beautifier::regexes},
        Row{"actions", &Beautifier::actions},
        Row{"actionproperties", &Beautifier::actionproperties},
        Row{"actionmethods", &Beautifier::actionmethods},
    };
    if (const auto* const row = find(rows, word(2))) {
      return (this->*row->step)();
    }
    return word(2) != "banip" || word(0) != "get" || banip();
  }

  [[nodiscard]] bool say(const std::string& text) {
    message_ = Value::of(text);
    return true;
  }

  /// Adds the reply, which must be a text.
  [[nodiscard]] bool say_with_reply(std::string_view text) {
    return reply_.is_text() && say(std::string(text) + reply_.text);
  }

  /// The same, where the words stand already when Python fails.
  [[nodiscard]] bool say_then_reply(std::string_view text) {
    return say(std::string(text)) && say_with_reply(text);
  }

  [[nodiscard]] bool ping() { return say_with_reply("Server replied: "); }

  [[nodiscard]] bool as_it_is() { return true; }

  [[nodiscard]] bool start() { return say("Jail started"); }

  [[nodiscard]] bool stop() {
    if (!reply_.is(Kind::none)) {
      return true;
    }
    return say(command_.size() == 1 ? "Shutdown successful" : "Jail stopped");
  }

  [[nodiscard]] bool add() { return say_with_reply("Added jail "); }

  [[nodiscard]] bool flushlogs() { return say_with_reply("logs: "); }

  [[nodiscard]] bool echo() {
    const auto joined = join(" ", reply_);
    return joined && say(*joined);
  }

  [[nodiscard]] bool syslogsocket() { return say_then_reply("Current syslog socket is:\n`- "); }

  [[nodiscard]] bool logtarget() { return say_then_reply("Current logging target is:\n`- "); }

  [[nodiscard]] bool loglevel() {
    return say("Current logging level is " +
               (reply_.is_integer() ? repr(Value::of(level_name(reply_.integer))) : repr(reply_)));
  }

  [[nodiscard]] bool dbfile() {
    return reply_.is(Kind::none) ? say("Database currently disabled")
                                 : say_then_reply("Current database file is:\n`- ");
  }

  [[nodiscard]] bool dbpurgeage() {
    if (reply_.is(Kind::none)) {
      return say("Database currently disabled");
    }
    const std::string head = "Current database purge age is:\n";
    if (!reply_.is_integer() && !reply_.is(Kind::real)) {
      return say(head) && false;
    }
    const auto seconds =
        reply_.is(Kind::real) ? static_cast<std::int64_t>(reply_.real) : reply_.integer;
    return say(head + "`- " + std::to_string(seconds) + "seconds");
  }

  [[nodiscard]] bool logpath() {
    return tree("No file is currently monitored", "Current monitored log file(s):\n");
  }

  [[nodiscard]] bool logencoding() { return say_then_reply("Current log encoding is set to:\n"); }

  [[nodiscard]] bool journalmatch() {
    if (!reply_.is_sequence()) {
      return false;
    }
    if (reply_.items.empty()) {
      return say("No journal match filter set");
    }
    Value matches = Value::list();
    for (const auto& match : reply_.items) {
      const auto joined = join(" ", match);
      if (!joined) {
        return say("Current match filter:\n") && false;
      }
      matches.items.push_back(Value::of(*joined));
    }
    return say("Current match filter:\n" + *join(" + ", matches));
  }

  [[nodiscard]] bool datepattern() {
    const std::string head = "Current date pattern set to: ";
    if (reply_.is(Kind::none)) {
      return say(head + "Not set/required");
    }
    if (!reply_.is_sequence() || reply_.items.size() < 2) {
      return say(head) && false;
    }
    if (reply_.items[0].is(Kind::none)) {
      return say(head + str(reply_.items[1]));
    }
    const bool fits = reply_.is(Kind::tuple) && reply_.items.size() == 2;
    return say(head) && fits &&
           say(head + str(reply_.items[0]) + " (" + str(reply_.items[1]) + ")");
  }

  [[nodiscard]] bool ignoreip() {
    return tree("No IP address/network is ignored", "These IP addresses/networks are ignored:\n");
  }

  [[nodiscard]] bool regexes() {
    return tree("No regular expression is defined",
                "The following regular expression are defined:\n",
                true);
  }

  [[nodiscard]] bool actions() {
    return names("No actions for jail " + name(1),
                 "The jail " + name(1) + " has the following actions:\n");
  }

  [[nodiscard]] bool actionproperties() {
    return names("No properties for jail " + name(1) + " action " + name(3),
                 "The jail " + name(1) + " action " + name(3) + " has the following properties:\n");
  }

  [[nodiscard]] bool actionmethods() {
    return names("No methods for jail " + name(1) + " action " + name(3),
                 "The jail " + name(1) + " action " + name(3) + " has the following methods:\n");
  }

  [[nodiscard]] bool banip() {
    if (!reply_.is(Kind::list)) {
      return true;
    }
    const auto separator = command_.size() <= 3 ? std::string_view(" ") : word(3);
    const auto joined = join(separator == "--with-time" ? "\n" : separator, reply_);
    return joined && say(*joined);
  }

  [[nodiscard]] bool status() {
    if (!reply_.is_sequence()) {
      return false;
    }
    return command_.size() > 1 ? status_of_jail() : status_of_server();
  }

  [[nodiscard]] bool status_of_server() {
    std::vector<std::string> lines = {"Status"};
    for (std::size_t i = 0; i < reply_.items.size(); ++i) {
      const auto& row = reply_.items[i];
      if (!is_pair(row)) {
        return fail_with(lines);
      }
      lines.push_back(branch(i, reply_) + " " + str(row.items[0]) + ":\t" + cell(row.items[1]));
    }
    return say(joined_lines(lines));
  }

  [[nodiscard]] bool status_of_jail() {
    std::vector<std::string> lines = {"Status for the jail: " + str(command_[1])};
    for (std::size_t i = 0; i < reply_.items.size(); ++i) {
      const auto& part = reply_.items[i];
      if (!is_pair(part)) {
        return fail_with(lines);
      }
      lines.push_back(branch(i, reply_) + " " + str(part.items[0]));
      const std::string indent = i + 1 == reply_.items.size() ? "   " : "|  ";
      const auto& rows = part.items[1];
      if (!rows.is_sequence()) {
        return fail_with(lines);
      }
      for (std::size_t j = 0; j < rows.items.size(); ++j) {
        const auto& row = rows.items[j];
        if (!is_pair(row)) {
          return fail_with(lines);
        }
        lines.push_back(indent + branch(j, rows) + " " + str(row.items[0]) + ":\t" +
                        cell(row.items[1]));
      }
    }
    return say(joined_lines(lines));
  }

  [[nodiscard]] static bool is_pair(const Value& value) {
    return value.is_sequence() && value.items.size() >= 2;
  }

  [[nodiscard]] static std::string branch(std::size_t at, const Value& of) {
    return at + 1 == of.items.size() ? "`-" : "|-";
  }

  /// A list as its items between blanks.
  [[nodiscard]] static std::string cell(const Value& value) {
    if (!value.is(Kind::list)) {
      return str(value);
    }
    std::string out;
    for (const auto& item : value.items) {
      out += (&item == value.items.data() ? "" : " ") + str(item);
    }
    return out;
  }

  [[nodiscard]] static std::string joined_lines(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines) {
      out += (&line == lines.data() ? "" : "\n") + line;
    }
    return out;
  }

  [[nodiscard]] bool fail_with(const std::vector<std::string>& lines) {
    message_ = Value::list(lines);
    return false;
  }

  /// str.join(): of texts only.
  [[nodiscard]] static std::optional<std::string> join(std::string_view separator,
                                                       const Value& items) {
    if (!items.is_sequence()) {
      return std::nullopt;
    }
    std::string out;
    for (std::size_t i = 0; i < items.items.size(); ++i) {
      if (!items.items[i].is_text()) {
        return std::nullopt;
      }
      out += (i == 0 ? "" : std::string(separator)) + items.items[i].text;
    }
    return out;
  }

  /// A branch for each item, with its number where `numbered`.
  [[nodiscard]] bool tree(std::string_view none, std::string head, bool numbered = false) {
    if (!reply_.is_sequence()) {
      return false;
    }
    if (reply_.items.empty()) {
      return say(std::string(none));
    }
    for (std::size_t i = 0; i < reply_.items.size(); ++i) {
      if (!reply_.items[i].is_text()) {
        return say(head) && false;
      }
      head += branch(i, reply_) + (numbered ? " [" + std::to_string(i) + "]: " : " ") +
              reply_.items[i].text + (i + 1 == reply_.items.size() ? "" : "\n");
    }
    return say(head);
  }

  [[nodiscard]] std::string name(std::size_t at) const {
    return at < command_.size() ? str(command_[at]) : "";
  }

  [[nodiscard]] bool names(const std::string& none, const std::string& head) {
    if (!reply_.is_sequence()) {
      return false;
    }
    if (reply_.items.empty()) {
      return say(none);
    }
    const auto joined = join(", ", reply_);
    return joined ? say(head + *joined) : say(head) && false;
  }

  /// logging.getLevelName(), fail2ban's own levels among them.
  [[nodiscard]] static std::string level_name(std::int64_t level) {
    struct Level {
      std::int64_t number;
      std::string_view name;
    };

    static constexpr std::array levels = {
        Level{50, "CRITICAL"},
        Level{40, "ERROR"},
        Level{30, "WARNING"},
        Level{25, "NOTICE"},
        Level{20, "INFO"},
        Level{18, "MSG"},
        Level{10, "DEBUG"},
        Level{7, "TRACEDEBUG"},
        Level{5, "HEAVYDEBUG"},
        Level{0, "NOTSET"},
    };
    const auto found =
        std::ranges::find_if(levels, [level](const Level& l) { return l.number == level; });
    return found != levels.end() ? std::string(found->name) : "Level " + std::to_string(level);
  }

  const std::vector<Value>& command_;
  const Value& reply_;
  Value message_;
};

/// "Sorry but …" takes the exception's first argument as a text.
std::string first_argument(const Value& exception) {
  return exception.items.empty() ? "" : str(exception.items[0]);
}

}  // namespace

Beautified beautify(const std::vector<Value>& command, const Value& reply) {
  return Beautifier(command, reply).run();
}

std::string beautify_error(const Value& exception) {
  if (pickle::is_a(exception, "UnknownJailException")) {
    return "Sorry but the jail '" + first_argument(exception) + "' does not exist";
  }
  if (pickle::is_a(exception, "IndexError")) {
    return "Sorry but the command is invalid";
  }
  if (pickle::is_a(exception, "DuplicateJailException")) {
    return "The jail '" + first_argument(exception) + "' already exists";
  }
  return str(exception);
}

}  // namespace spranga::guard::control
