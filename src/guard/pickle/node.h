// What an unpickler's opcodes make: nodes that name one another by number, so that what the memo
// shares is stored once. They become a Value at the end (build.h), under limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace spranga::guard::pickle {

using NodeId = std::uint32_t;

struct Node {
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    real,
    text,
    bytes,
    list,
    tuple,
    set,
    frozenset,
    dict,
    callable,  // a name of the table of callables
    call,      // items: callable, tuple of arguments
  };

  Kind kind{Kind::none};
  std::int64_t integer{0};
  double real{0};
  std::string_view text;  // into the pickle, or into Nodes::owned
  std::vector<NodeId> items;
  std::size_t offset{0};   // of the opcode
  const char* opcode{""};  // its name
};

/// All nodes of a pickle, and the texts that are not as they stand in it.
struct Nodes {
  std::vector<Node> all;
  std::deque<std::string> owned;
};

}  // namespace spranga::guard::pickle
