// What each opcode does; the table is in machine_opcodes.cpp.
#include <charconv>
#include <utility>

#include "guard/pickle/callable.h"
#include "guard/pickle/machine.h"
#include "guard/pickle/text_codec.h"
#include "text/utf8.h"

namespace spranga::guard::pickle {

Machine::Done Machine::proto(std::size_t /*size*/) {
  const auto version = input_.number(1);
  if (!version) {
    return cut_off();
  }
  return *version <= 5 ? Done() : Done(refuse("no such protocol"));
}

Machine::Done Machine::frame(std::size_t /*size*/) {
  const auto length = input_.number(8);
  return length && *length <= input_.left() ? Done() : Done(cut_off());
}

Machine::Done Machine::mark(std::size_t /*size*/) {
  if (marks_.size() >= limits_.nodes) {
    return fail(Errc::too_large, "more than " + std::to_string(limits_.nodes) + " marks");
  }
  marks_.push_back(stack_.size());
  return {};
}

Machine::Done Machine::pop_one(std::size_t /*size*/) {
  if (!has(1)) {
    return pop_to_mark() ? Done() : Done(refuse("nothing to take away"));
  }
  stack_.pop_back();
  return {};
}

Machine::Done Machine::pop_marked(std::size_t /*size*/) {
  return pop_to_mark() ? Done() : Done(refuse("no mark"));
}

Machine::Done Machine::duplicate(std::size_t /*size*/) {
  if (!has(1)) {
    return refuse("nothing to repeat");
  }
  if (stack_.size() >= limits_.nodes) {
    return fail(Errc::too_large, "more than " + std::to_string(limits_.nodes) + " things");
  }
  stack_.push_back(stack_.back());
  return {};
}

/// 0: None, 1: False, 2: True.
Machine::Done Machine::constant(std::size_t which) {
  Node node;
  node.kind = which == 0 ? Kind::none : Kind::boolean;
  node.integer = which == 2 ? 1 : 0;
  return push(std::move(node));
}

Machine::Done Machine::float_line(std::size_t /*size*/) {
  const auto line = input_.line();
  if (!line) {
    return cut_off();
  }
  Node node;
  node.kind = Kind::real;
  const auto* const end = line->data() + line->size();
  const auto read = std::from_chars(line->data(), end, node.real);
  if (read.ec != std::errc() || read.ptr != end) {
    return refuse("no number");
  }
  return push(std::move(node));
}

Machine::Done Machine::float_binary(std::size_t /*size*/) {
  const auto value = input_.big_endian_double();
  if (!value) {
    return cut_off();
  }
  Node node;
  node.kind = Kind::real;
  node.real = *value;
  return push(std::move(node));
}

Machine::Done Machine::int_line(std::size_t size) {
  const auto line = input_.line();
  if (!line) {
    return cut_off();
  }
  if (*line == "00" || *line == "01") {
    return constant(*line == "00" ? 1 : 2);
  }
  static_cast<void>(size);
  return push_integer(decimal(*line));
}

Machine::Done Machine::long_line(std::size_t /*size*/) {
  auto line = input_.line();
  if (!line) {
    return cut_off();
  }
  if (line->ends_with('L')) {
    line->remove_suffix(1);
  }
  return push_integer(decimal(*line));
}

Machine::Done Machine::int_binary(std::size_t size) {
  const auto value = input_.number(size);
  return value ? push_integer(static_cast<std::int64_t>(*value)) : Done(cut_off());
}

Machine::Done Machine::int_signed(std::size_t /*size*/) {
  const auto value = input_.number(4);
  return value ? push_integer(static_cast<std::int32_t>(*value)) : Done(cut_off());
}

Machine::Done Machine::long_binary(std::size_t size) {
  const auto bytes = input_.counted(size);
  return bytes ? push_integer(long_integer(*bytes)) : Done(cut_off());
}

Machine::Done Machine::string_line(std::size_t /*size*/) {
  const auto line = input_.line();
  return line ? push_owned(decode_quoted(*line)) : Done(cut_off());
}

/// Of Python 2, and of programs in other languages that write protocol 2. Python 3 reads it as
/// ASCII.
Machine::Done Machine::string_binary(std::size_t size) {
  const auto bytes = input_.counted(size);
  if (bytes && !text::is_ascii(*bytes)) {
    return refuse("no ASCII");
  }
  return push_text(bytes);
}

Machine::Done Machine::unicode_line(std::size_t /*size*/) {
  const auto line = input_.line();
  return line ? push_owned(decode_raw_unicode(*line)) : Done(cut_off());
}

Machine::Done Machine::unicode_binary(std::size_t size) {
  return push_text(input_.counted(size));
}

Machine::Done Machine::bytes_binary(std::size_t size) {
  const auto bytes = input_.counted(size);
  if (!bytes) {
    return cut_off();
  }
  Node node;
  node.kind = Kind::bytes;
  node.text = *bytes;
  return push(std::move(node));
}

Machine::Done Machine::empty(std::size_t kind) {
  return push_items(static_cast<Kind>(kind), {});
}

Machine::Done Machine::marked(std::size_t kind) {
  auto items = pop_to_mark();
  if (!items) {
    return refuse("no mark");
  }
  if (static_cast<Kind>(kind) == Kind::dict && items->size() % 2 != 0) {
    return refuse("a key without a value");
  }
  return push_items(static_cast<Kind>(kind), std::move(*items));
}

Machine::Done Machine::tuple(std::size_t size) {
  return has(size) ? push_items(Kind::tuple, pop(size)) : Done(refuse("too few things"));
}

Machine::Done Machine::append_one(std::size_t /*size*/) {
  return has(2) ? append(Kind::list, pop(1)) : Done(refuse("nothing to add"));
}

Machine::Done Machine::append_marked(std::size_t kind) {
  const auto items = pop_to_mark();
  if (!items) {
    return refuse("no mark");
  }
  if (static_cast<Kind>(kind) == Kind::dict && items->size() % 2 != 0) {
    return refuse("a key without a value");
  }
  return append(static_cast<Kind>(kind), *items);
}

Machine::Done Machine::set_item(std::size_t /*size*/) {
  return has(3) ? append(Kind::dict, pop(2)) : Done(refuse("nothing to add"));
}

Machine::Done Machine::put_line(std::size_t /*size*/) {
  const auto line = input_.line();
  const auto index = line ? decimal(*line) : std::nullopt;
  return index && *index >= 0 ? remember(static_cast<std::uint64_t>(*index))
                              : Done(refuse("no place"));
}

Machine::Done Machine::put_binary(std::size_t size) {
  const auto index = input_.number(size);
  return index ? remember(*index) : Done(cut_off());
}

Machine::Done Machine::get_line(std::size_t /*size*/) {
  const auto line = input_.line();
  const auto index = line ? decimal(*line) : std::nullopt;
  return index && *index >= 0 ? recall(static_cast<std::uint64_t>(*index))
                              : Done(refuse("no place"));
}

Machine::Done Machine::get_binary(std::size_t size) {
  const auto index = input_.number(size);
  return index ? recall(*index) : Done(cut_off());
}

/// The next place is the number of those that are taken.
Machine::Done Machine::memoize(std::size_t /*size*/) {
  return remember(memo_.size());
}

Machine::Done Machine::global_line(std::size_t /*size*/) {
  const auto module = input_.line();
  const auto what = input_.line();
  return module && what ? name(*module, *what) : Done(cut_off());
}

Machine::Done Machine::global_stack(std::size_t /*size*/) {
  if (!has(2)) {
    return refuse("no name");
  }
  const auto parts = pop(2);
  const auto& module = nodes_.all[parts[0]];
  const auto& what = nodes_.all[parts[1]];
  if (module.kind != Kind::text || what.kind != Kind::text) {
    return refuse("no name");
  }
  return name(module.text, what.text);
}

Machine::Done Machine::reduce(std::size_t /*size*/) {
  if (!has(2)) {
    return refuse("nothing to call");
  }
  auto parts = pop(2);
  if (nodes_.all[parts[0]].kind != Kind::callable || nodes_.all[parts[1]].kind != Kind::tuple) {
    return refuse("no call that is known");
  }
  return push_items(Kind::call, std::move(parts));
}

/// An exception's attributes: checked, and left out.
Machine::Done Machine::build(std::size_t /*size*/) {
  if (!has(2)) {
    return refuse("nothing to build");
  }
  const auto parts = pop(2);
  const auto& made = nodes_.all[parts[0]];
  const bool exception =
      made.kind == Kind::call &&
      nodes_.all[made.items[0]].integer == static_cast<std::int64_t>(Callable::exception);
  if (!exception || nodes_.all[parts[1]].kind != Kind::dict) {
    return refuse("only an exception has attributes");
  }
  stack_.push_back(parts[0]);
  return {};
}

}  // namespace spranga::guard::pickle
