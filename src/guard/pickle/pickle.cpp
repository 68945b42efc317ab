#include "guard/pickle/pickle.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <string_view>

#include "guard/pickle/exceptions.h"
#include "guard/pickle/text_codec.h"
#include "text/utf8.h"

namespace spranga::guard::pickle {

namespace {

using Kind = Value::Kind;

constexpr int with_sets = 4;   // the first protocol that has opcodes for sets and short texts
constexpr int with_bytes = 3;  // and for bytes

class Pickler {
public:
  explicit Pickler(int protocol) : protocol_(std::clamp(protocol, 2, highest_protocol)) {
    out_ += {'\x80', static_cast<char>(protocol_)};
  }

  void value(const Value& value) {
    switch (value.kind) {
      case Kind::none:
        out_ += 'N';
        break;
      case Kind::boolean:
        out_ += value.integer != 0 ? '\x88' : '\x89';
        break;
      case Kind::integer:
        integer(value.integer);
        break;
      case Kind::real:
        real(value.real);
        break;
      case Kind::text:
        text(value.text);
        break;
      case Kind::bytes:
        bytes(value.text);
        break;
      case Kind::list:
      case Kind::dict:
        container(value);
        break;
      case Kind::tuple:
        tuple(value);
        break;
      case Kind::set:
      case Kind::frozenset:
        set(value);
        break;
      case Kind::exception:
        exception(value);
        break;
    }
  }

  [[nodiscard]] std::string take() {
    out_ += '.';
    return std::move(out_);
  }

private:
  void number(std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
      out_ += static_cast<char>(value & 0xffU);
      value >>= 8U;
    }
  }

  void integer(std::int64_t value) {
    const auto raw = static_cast<std::uint64_t>(value);
    if (value >= 0 && value <= 0xff) {
      out_ += 'K';
      number(raw, 1);
    } else if (value >= 0 && value <= 0xffff) {
      out_ += 'M';
      number(raw, 2);
    } else if (value >= std::numeric_limits<std::int32_t>::min() &&
               value <= std::numeric_limits<std::int32_t>::max()) {
      out_ += 'J';
      number(raw, 4);
    } else {
      out_ += {'\x8a', '\x08'};
      number(raw, 8);
    }
  }

  void real(double value) {
    out_ += 'G';
    const auto raw = std::bit_cast<std::uint64_t>(value);
    for (int shift = 56; shift >= 0; shift -= 8) {
      out_ += static_cast<char>(raw >> static_cast<unsigned>(shift) & 0xffU);
    }
  }

  void text(const std::string& value) {
    if (!text::is_valid_utf8(value)) {
      counted_text(with_surrogates(value));
    } else {
      counted_text(value);
    }
  }

  void counted_text(std::string_view utf8) {
    if (protocol_ >= with_sets && utf8.size() <= 0xff) {
      out_ += '\x8c';
      number(utf8.size(), 1);
    } else if (utf8.size() <= std::numeric_limits<std::uint32_t>::max()) {
      out_ += 'X';
      number(utf8.size(), 4);
    } else {
      out_ += '\x8d';
      number(utf8.size(), 8);
    }
    out_ += utf8;
  }

  void bytes(const std::string& value) {
    if (protocol_ < with_bytes) {
      out_ += "c_codecs\nencode\n";
      counted_text(from_latin1(value));
      counted_text("latin1");
      out_ += "\x86R";
      return;
    }
    const bool is_short = value.size() <= 0xff;
    out_ += is_short ? 'C' : 'B';
    number(value.size(), is_short ? 1 : 4);
    out_ += value;
  }

  void all(const std::vector<Value>& items) {
    out_ += '(';
    for (const auto& item : items) {
      value(item);
    }
  }

  void container(const Value& container) {
    const bool list = container.is(Kind::list);
    out_ += list ? ']' : '}';
    if (!container.items.empty()) {
      all(container.items);
      out_ += list ? 'e' : 'u';
    }
  }

  void tuple(const Value& tuple) {
    if (tuple.items.empty()) {
      out_ += ')';
    } else if (tuple.items.size() <= 3) {
      for (const auto& item : tuple.items) {
        value(item);
      }
      out_ += static_cast<char>(0x84 + static_cast<int>(tuple.items.size()));
    } else {
      all(tuple.items);
      out_ += 't';
    }
  }

  void set(const Value& set) {
    const bool frozen = set.is(Kind::frozenset);
    if (protocol_ < with_sets) {
      out_ += frozen ? "cbuiltins\nfrozenset\n" : "cbuiltins\nset\n";
      container(Value::list(set.items));
      out_ += "\x85R";
    } else if (frozen) {
      all(set.items);
      out_ += '\x91';
    } else {
      out_ += '\x8f';
      all(set.items);
      out_ += '\x90';
    }
  }

  void exception(const Value& exception) {
    const auto module = module_of_exception(exception.text);
    out_ += 'c' + std::string(module.value_or("builtins")) + '\n' +
            (module ? exception.text : "Exception") + '\n';
    tuple(Value::tuple(exception.items));
    out_ += 'R';
  }

  int protocol_;
  std::string out_;
};

}  // namespace

std::string to_pickle(const Value& value, int protocol) {
  Pickler pickler(protocol);
  pickler.value(value);
  return pickler.take();
}

}  // namespace spranga::guard::pickle
