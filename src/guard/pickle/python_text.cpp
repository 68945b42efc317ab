#include "guard/pickle/python_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "guard/pickle/exceptions.h"
#include "text/python_repr.h"

namespace spranga::guard::pickle {

namespace {

using Kind = Value::Kind;

/// repr(bytes): ASCII, all else as \xNN.
std::string repr_of_bytes(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  const bool has_single = bytes.find('\'') != std::string_view::npos;
  const char quote = has_single && bytes.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out = {'b', quote};
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\t' || c == '\n' || c == '\r') {
      out += c == '\t' ? "\\t" : c == '\n' ? "\\n" : "\\r";
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += {'\\', 'x', digits[byte >> 4U], digits[byte & 0xfU]};
    } else {
      out += c == quote || c == '\\' ? std::string{'\\', c} : std::string{c};
    }
  }
  return out + quote;
}

std::string repr_of_dict(const Value& value) {
  std::string out = "{";
  for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
    out += i == 0 ? "" : ", ";
    out += repr(value.items[i]) + ": " + repr(value.items[i + 1]);
  }
  return out + "}";
}

std::string repr_of_items(const Value& value, std::string_view open, std::string_view close) {
  std::string out(open);
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    out += i == 0 ? "" : ", ";
    out += repr(value.items[i]);
  }
  out += value.is(Kind::tuple) && value.items.size() == 1 ? "," : "";
  return out + std::string(close);
}

}  // namespace

std::string float_text(double value) {
  if (std::isnan(value)) {
    return "nan";
  }
  if (std::isinf(value)) {
    return value < 0 ? "-inf" : "inf";
  }
  std::array<char, 32> digits{};
  const auto magnitude = std::fabs(value);
  const bool plain = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
  const auto end = std::to_chars(digits.data(),
                                 digits.data() + digits.size(),
                                 value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  std::string out(digits.data(), end);
  if (plain && out.find('.') == std::string::npos) {
    out += ".0";
  }
  return out;
}

std::string repr(const Value& value) {
  switch (value.kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return value.integer != 0 ? "True" : "False";
    case Kind::integer:
      return std::to_string(value.integer);
    case Kind::real:
      return float_text(value.real);
    case Kind::text:
      return text::python_repr(value.text);
    case Kind::bytes:
      return repr_of_bytes(value.text);
    case Kind::list:
      return repr_of_items(value, "[", "]");
    case Kind::tuple:
      return repr_of_items(value, "(", ")");
    case Kind::set:
      return value.items.empty() ? "set()" : repr_of_items(value, "{", "}");
    case Kind::frozenset:
      return value.items.empty() ? "frozenset()" : repr_of_items(value, "frozenset({", "})");
    case Kind::dict:
      return repr_of_dict(value);
    case Kind::exception:
      break;
  }
  auto arguments = python_arguments(value);
  arguments.kind = Kind::exception;  // no comma behind a single one
  return value.text.substr(value.text.rfind('.') + 1) + repr_of_items(arguments, "(", ")");
}

std::string str(const Value& value) {
  switch (value.kind) {
    case Kind::text:
      return value.text;
    case Kind::exception:
      return message_of(value);
    default:
      return repr(value);
  }
}

}  // namespace spranga::guard::pickle
