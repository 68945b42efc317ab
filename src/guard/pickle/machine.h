// The stack machine that a pickle is a program for. It knows the opcodes that make data; every
// other one ends it, by name and offset.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/pickle/input.h"
#include "guard/pickle/node.h"
#include "guard/pickle/unpickle.h"

namespace spranga::guard::pickle {

class Machine {
public:
  Machine(std::string_view bytes, const Limits& limits) : input_(bytes), limits_(limits) {}

  /// Runs to STOP; the node that is left.
  [[nodiscard]] Result<NodeId> run();

  [[nodiscard]] const Nodes& nodes() const { return nodes_; }

private:
  using Done = Result<void>;
  using Kind = Node::Kind;
  using Step = Done (Machine::*)(std::size_t);

  struct Opcode {
    unsigned char code;
    const char* name;
    Step step;         // nullptr: known to Python, refused here
    std::size_t size;  // of its argument, or a number that the step wants
  };

  static const Opcode opcodes[];
  [[nodiscard]] static const Opcode* find_opcode(unsigned char code);

  [[nodiscard]] Failure refuse(std::string_view why) const;

  [[nodiscard]] Failure cut_off() const { return refuse("the bytes end here"); }

  [[nodiscard]] Done push(Node node);
  [[nodiscard]] Done push_integer(std::optional<std::int64_t> value);
  [[nodiscard]] Done push_text(std::optional<std::string_view> bytes);
  [[nodiscard]] Done push_owned(std::optional<std::string> text);
  [[nodiscard]] Done push_items(Kind kind, std::vector<NodeId> items);
  /// Not below the last mark.
  [[nodiscard]] bool has(std::size_t count) const;
  [[nodiscard]] std::vector<NodeId> pop(std::size_t count);
  [[nodiscard]] std::optional<std::vector<NodeId>> pop_to_mark();
  [[nodiscard]] Done append(Kind kind, const std::vector<NodeId>& items);
  [[nodiscard]] Done remember(std::uint64_t index);
  [[nodiscard]] Done recall(std::uint64_t index);
  [[nodiscard]] Done name(std::string_view module, std::string_view name);

  // One a row of the table.
  Done proto(std::size_t);
  Done frame(std::size_t);
  Done mark(std::size_t);
  Done pop_one(std::size_t);
  Done pop_marked(std::size_t);
  Done duplicate(std::size_t);
  Done constant(std::size_t);
  Done float_line(std::size_t);
  Done float_binary(std::size_t);
  Done int_line(std::size_t);
  Done long_line(std::size_t);
  Done int_binary(std::size_t size);
  Done int_signed(std::size_t);
  Done long_binary(std::size_t size);
  Done string_line(std::size_t);
  Done string_binary(std::size_t size);
  Done unicode_line(std::size_t);
  Done unicode_binary(std::size_t size);
  Done bytes_binary(std::size_t size);
  Done empty(std::size_t kind);
  Done marked(std::size_t kind);
  Done tuple(std::size_t size);
  Done append_one(std::size_t);
  Done append_marked(std::size_t kind);
  Done set_item(std::size_t);
  Done put_line(std::size_t);
  Done put_binary(std::size_t size);
  Done get_line(std::size_t);
  Done get_binary(std::size_t size);
  Done memoize(std::size_t);
  Done global_line(std::size_t);
  Done global_stack(std::size_t);
  Done reduce(std::size_t);
  Done build(std::size_t);

  Input input_;
  const Limits& limits_;
  Nodes nodes_;
  std::vector<NodeId> stack_;
  std::vector<std::size_t> marks_;
  std::vector<std::int64_t> memo_;  // -1 = nothing
  const Opcode* now_{nullptr};
  std::size_t now_at_{0};
};

}  // namespace spranga::guard::pickle
