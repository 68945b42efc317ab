#include "guard/pickle/exceptions.h"

#include <algorithm>
#include <array>

#include "guard/pickle/python_text.h"
#include "text/utf8.h"

namespace spranga::guard::pickle {

namespace {

struct ExceptionRow {
  std::string_view name;
  std::string_view module;
  std::string_view base;  // the nearest class above that somebody asks for; "" = none
};

constexpr std::string_view built_in = "builtins";

constexpr std::array exception_rows = {
    ExceptionRow{"Exception", built_in, ""},
    ExceptionRow{"ArithmeticError", built_in, ""},
    ExceptionRow{"AssertionError", built_in, ""},
    ExceptionRow{"AttributeError", built_in, ""},
    ExceptionRow{"BlockingIOError", built_in, "OSError"},
    ExceptionRow{"BrokenPipeError", built_in, "OSError"},
    ExceptionRow{"ConnectionError", built_in, "OSError"},
    ExceptionRow{"ConnectionRefusedError", built_in, "OSError"},
    ExceptionRow{"ConnectionResetError", built_in, "OSError"},
    ExceptionRow{"EOFError", built_in, ""},
    ExceptionRow{"FileExistsError", built_in, "OSError"},
    ExceptionRow{"FileNotFoundError", built_in, "OSError"},
    ExceptionRow{"ImportError", built_in, ""},
    ExceptionRow{"IndentationError", built_in, "SyntaxError"},
    ExceptionRow{"IndexError", built_in, ""},
    ExceptionRow{"InterruptedError", built_in, "OSError"},
    ExceptionRow{"IsADirectoryError", built_in, "OSError"},
    ExceptionRow{"KeyError", built_in, ""},
    ExceptionRow{"LookupError", built_in, ""},
    ExceptionRow{"MemoryError", built_in, ""},
    ExceptionRow{"ModuleNotFoundError", built_in, "ImportError"},
    ExceptionRow{"NameError", built_in, ""},
    ExceptionRow{"NotADirectoryError", built_in, "OSError"},
    ExceptionRow{"NotImplementedError", built_in, ""},
    ExceptionRow{"OSError", built_in, ""},
    ExceptionRow{"OverflowError", built_in, ""},
    ExceptionRow{"PermissionError", built_in, "OSError"},
    ExceptionRow{"RecursionError", built_in, ""},
    ExceptionRow{"RuntimeError", built_in, ""},
    ExceptionRow{"SyntaxError", built_in, ""},
    ExceptionRow{"TimeoutError", built_in, "OSError"},
    ExceptionRow{"TypeError", built_in, ""},
    ExceptionRow{"UnboundLocalError", built_in, "NameError"},
    ExceptionRow{"UnicodeDecodeError", built_in, ""},
    ExceptionRow{"UnicodeEncodeError", built_in, ""},
    ExceptionRow{"ValueError", built_in, ""},
    ExceptionRow{"ZeroDivisionError", built_in, ""},
    ExceptionRow{"DatabaseError", "sqlite3", ""},
    ExceptionRow{"OperationalError", "sqlite3", ""},
    ExceptionRow{"ProgrammingError", "sqlite3", ""},
    ExceptionRow{"JSONDecodeError", "json.decoder", ""},
    ExceptionRow{"error", "re", ""},
    ExceptionRow{"DuplicateJailException", "fail2ban.exceptions", ""},
    ExceptionRow{"UnknownJailException", "fail2ban.exceptions", "KeyError"},
    ExceptionRow{"AsyncServerException", "fail2ban.server.asyncserver", ""},
    ExceptionRow{"RegexException", "fail2ban.server.failregex", ""},
    ExceptionRow{"ServerInitializationError", "fail2ban.server.server", ""},
};

const ExceptionRow* find(std::string_view name) {
  const auto* const row = std::ranges::find_if(
      exception_rows, [name](const ExceptionRow& r) { return r.name == name; });
  return row == exception_rows.end() ? nullptr : row;
}

/// "Expecting value: line 1 column 1 (char 0)" of (message, document, position).
Value json_message(const std::vector<Value>& arguments) {
  std::string_view rest = arguments[1].text;
  int line = 1;
  int column = 1;
  for (std::int64_t i = 0; i < arguments[2].integer && !rest.empty(); ++i) {
    const bool ends = rest.front() == '\n';
    line += ends ? 1 : 0;
    column = ends ? 1 : column + 1;
    rest.remove_prefix(std::max<std::size_t>(text::decode_utf8(rest).length, 1));
  }
  return Value::tuple(
      {Value::of(arguments[0].text + ": line " + std::to_string(line) + " column " +
                 std::to_string(column) + " (char " + std::to_string(arguments[2].integer) + ")")});
}

bool is_json_arguments(const std::vector<Value>& arguments) {
  return arguments.size() == 3 && arguments[0].is_text() && arguments[1].is_text() &&
         arguments[2].is_integer();
}

std::string os_error_message(const std::vector<Value>& arguments) {
  auto out = "[Errno " + str(arguments[0]) + "] " + str(arguments[1]);
  if (arguments.size() > 2 && !arguments[2].is(Value::Kind::none)) {
    out += ": " + repr(arguments[2]);
  }
  return out;
}

/// A SyntaxError's second argument is (file, line, …).
std::string syntax_error_message(const std::vector<Value>& arguments) {
  const auto& place = arguments[1].items;
  return str(arguments[0]) + " (" + str(place[0]) + ", line " + str(place[1]) + ")";
}

}  // namespace

std::optional<std::string_view> module_of_exception(std::string_view name) {
  const auto* const row = find(name);
  return row != nullptr ? std::optional(row->module) : std::nullopt;
}

bool is_known_exception(std::string_view module, std::string_view name) {
  const auto* const row = find(name);
  if (row == nullptr) {
    return false;
  }
  const bool old_name = module == "exceptions" || module == "__builtin__";
  return row->module == (old_name ? built_in : module);
}

bool is_a(const Value& exception, std::string_view name) {
  if (!exception.is(Value::Kind::exception)) {
    return false;
  }
  const auto* const row = find(exception.text);
  return exception.text == name || (row != nullptr && !row->base.empty() && row->base == name);
}

Value python_arguments(const Value& exception) {
  const auto& given = exception.items;
  if (exception.text == "JSONDecodeError" && is_json_arguments(given)) {
    return json_message(given);
  }
  if (is_a(exception, "OSError") && given.size() > 2 && given.size() <= 5) {
    return Value::tuple({given[0], given[1]});
  }
  return Value::tuple(given);
}

std::string message_of(const Value& exception) {
  const auto& given = exception.items;
  if (is_a(exception, "OSError") && given.size() >= 2 && given.size() <= 5) {
    return os_error_message(given);
  }
  if (is_a(exception, "SyntaxError") && given.size() == 2 && given[1].is_sequence() &&
      given[1].items.size() >= 2) {
    return syntax_error_message(given);
  }
  const auto arguments = python_arguments(exception);
  if (arguments.items.empty()) {
    return "";
  }
  if (arguments.items.size() > 1) {
    return repr(arguments);
  }
  return is_a(exception, "KeyError") ? repr(arguments.items[0]) : str(arguments.items[0]);
}

}  // namespace spranga::guard::pickle
