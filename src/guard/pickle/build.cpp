#include "guard/pickle/build.h"

#include <array>
#include <bit>
#include <string>
#include <unordered_set>
#include <utility>

#include "guard/pickle/callable.h"
#include "guard/pickle/pickle.h"
#include "guard/pickle/python_text.h"
#include "guard/pickle/text_codec.h"

namespace spranga::guard::pickle {

namespace {

using Kind = Value::Kind;

Kind kind_of(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::none:
      return Kind::none;
    case Node::Kind::boolean:
      return Kind::boolean;
    case Node::Kind::integer:
      return Kind::integer;
    case Node::Kind::real:
      return Kind::real;
    case Node::Kind::text:
      return Kind::text;
    case Node::Kind::bytes:
      return Kind::bytes;
    case Node::Kind::list:
      return Kind::list;
    case Node::Kind::tuple:
      return Kind::tuple;
    case Node::Kind::set:
      return Kind::set;
    case Node::Kind::frozenset:
      return Kind::frozenset;
    case Node::Kind::dict:
    case Node::Kind::callable:
    case Node::Kind::call:
      break;
  }
  return Kind::dict;
}

/// What Python can hash.
bool is_key(const Value& value) {
  switch (value.kind) {
    case Kind::list:
    case Kind::set:
    case Kind::dict:
    case Kind::exception:
      return false;
    case Kind::tuple: {
      for (const auto& item : value.items) {
        if (!is_key(item)) {
          return false;
        }
      }
      return true;
    }
    default:
      return true;
  }
}

class Builder {
public:
  Builder(const Nodes& nodes, const Limits& limits) : nodes_(nodes), limits_(limits) {}

  [[nodiscard]] Result<Value> build(NodeId id, std::size_t depth) {
    const auto& node = nodes_.all[id];
    if (depth > limits_.depth) {
      return too_large(node, "more than " + std::to_string(limits_.depth) + " levels");
    }
    values_ += 1;
    text_ += node.text.size();
    if (values_ > limits_.values || text_ > limits_.text) {
      return too_large(node, "the value is too large");
    }
    if (node.kind == Node::Kind::call) {
      return call(node, depth);
    }
    if (node.kind == Node::Kind::callable) {
      return refuse(node, "a name alone is no data");
    }
    Value out{kind_of(node.kind), node.integer, node.real, std::string(node.text), {}};
    SPRANGA_TRY(out.items, items(node, depth));
    SPRANGA_CHECK(check_keys(node, out));
    return out;
  }

private:
  [[nodiscard]] static Failure refuse(const Node& node, std::string_view why) {
    return fail(
        Errc::malformed,
        std::string(node.opcode) + " at " + std::to_string(node.offset) + ": " + std::string(why));
  }

  [[nodiscard]] static Failure too_large(const Node& node, std::string_view why) {
    return fail(
        Errc::too_large,
        std::string(node.opcode) + " at " + std::to_string(node.offset) + ": " + std::string(why));
  }

  [[nodiscard]] Result<std::vector<Value>> items(const Node& node, std::size_t depth) {
    std::vector<Value> out;
    out.reserve(node.items.size());
    for (const auto id : node.items) {
      SPRANGA_TRY(auto item, build(id, depth + 1));
      out.push_back(std::move(item));
    }
    return out;
  }

  /// What is no key, or comes twice, no Python wrote.
  [[nodiscard]] static Result<void> check_keys(const Node& node, const Value& value) {
    const bool dict = value.is(Kind::dict);
    if (!dict && !value.is(Kind::set) && !value.is(Kind::frozenset)) {
      return {};
    }
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < value.items.size(); i += dict ? 2 : 1) {
      if (!is_key(value.items[i])) {
        return refuse(node, "something that is no key");
      }
      if (!seen.insert(to_pickle(value.items[i])).second) {
        return refuse(node, "a key that is there already");
      }
    }
    return {};
  }

  [[nodiscard]] Result<Value> call(const Node& node, std::size_t depth) {
    const auto& what = nodes_.all[node.items[0]];
    const auto& given = nodes_.all[node.items[1]];
    SPRANGA_TRY(auto arguments, items(given, depth));
    const auto meaning = static_cast<Callable>(what.integer);
    if (meaning == Callable::exception) {
      text_ += what.text.size();
      return Value::exception(what.text, std::move(arguments));
    }
    auto made = make(meaning, arguments);
    if (!made) {
      return refuse(node, "no call that is known");
    }
    SPRANGA_CHECK(check_keys(node, *made));
    return std::move(*made);
  }

  /// What Python writes as a call: bytes as encode(text, "latin1"), sets as set([…]), addresses as
  /// str(text).
  [[nodiscard]] static std::optional<Value> make(Callable meaning, std::vector<Value>& arguments) {
    const auto count = arguments.size();
    switch (meaning) {
      case Callable::str:
        return count == 1 ? std::optional(Value::of(str(arguments[0]))) : std::nullopt;
      case Callable::bytes:
        return count == 0 ? std::optional(Value::bytes("")) : std::nullopt;
      case Callable::set:
      case Callable::frozenset: {
        if (count != 1 || !arguments[0].is(Kind::list)) {
          return std::nullopt;
        }
        auto out = std::move(arguments[0]);
        out.kind = meaning == Callable::set ? Kind::set : Kind::frozenset;
        return out;
      }
      case Callable::latin1: {
        const bool known = count == 2 && arguments[0].is_text() && arguments[1].is_text() &&
                           arguments[1].text == "latin1";
        const auto bytes = known ? to_latin1(arguments[0].text) : std::nullopt;
        return bytes ? std::optional(Value::bytes(*bytes)) : std::nullopt;
      }
      case Callable::exception:
        break;
    }
    return std::nullopt;
  }

  const Nodes& nodes_;
  const Limits& limits_;
  std::size_t values_{0};
  std::size_t text_{0};
};

}  // namespace

Result<Value> build_value(const Nodes& nodes, NodeId root, const Limits& limits) {
  return Builder(nodes, limits).build(root, 0);
}

}  // namespace spranga::guard::pickle
