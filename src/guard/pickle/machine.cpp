#include "guard/pickle/machine.h"

#include <utility>

#include "guard/pickle/callable.h"
#include "guard/pickle/text_codec.h"
#include "text/escape.h"
#include "text/utf8.h"

namespace spranga::guard::pickle {

namespace {

constexpr std::size_t longest_name = 80;  // of a module or class in an error

}  // namespace

Result<NodeId> Machine::run() {
  constexpr unsigned char stop = '.';
  while (true) {
    now_at_ = input_.offset();
    const auto code = input_.number(1);
    if (!code) {
      return fail(Errc::malformed, "the pickle ends before STOP");
    }
    if (*code == stop) {
      break;
    }
    now_ = find_opcode(static_cast<unsigned char>(*code));
    if (now_ == nullptr) {
      return fail(Errc::malformed,
                  "no opcode " + std::to_string(*code) + " at " + std::to_string(now_at_));
    }
    if (now_->step == nullptr) {
      return refuse("refused");
    }
    SPRANGA_CHECK((this->*now_->step)(now_->size));
  }
  if (stack_.size() != 1 || !marks_.empty() || input_.left() != 0) {
    return fail(Errc::malformed, "STOP at " + std::to_string(now_at_) + ": something is left over");
  }
  return stack_.back();
}

Failure Machine::refuse(std::string_view why) const {
  return fail(Errc::malformed,
              std::string(now_->name) + " at " + std::to_string(now_at_) + ": " + std::string(why));
}

Machine::Done Machine::push(Node node) {
  if (nodes_.all.size() >= limits_.nodes) {
    return fail(Errc::too_large, "more than " + std::to_string(limits_.nodes) + " things");
  }
  node.offset = now_at_;
  node.opcode = now_->name;
  stack_.push_back(static_cast<NodeId>(nodes_.all.size()));
  nodes_.all.push_back(std::move(node));
  return {};
}

Machine::Done Machine::push_integer(std::optional<std::int64_t> value) {
  if (!value) {
    return refuse("no integer of 64 bits");
  }
  Node node;
  node.kind = Kind::integer;
  node.integer = *value;
  return push(std::move(node));
}

Machine::Done Machine::push_text(std::optional<std::string_view> bytes) {
  if (!bytes) {
    return cut_off();
  }
  if (!text::is_valid_utf8(*bytes)) {
    return push_owned(without_surrogates(*bytes));
  }
  Node node;
  node.kind = Kind::text;
  node.text = *bytes;
  return push(std::move(node));
}

Machine::Done Machine::push_owned(std::optional<std::string> text) {
  if (!text) {
    return refuse("no text");
  }
  nodes_.owned.push_back(std::move(*text));
  Node node;
  node.kind = Kind::text;
  node.text = nodes_.owned.back();
  return push(std::move(node));
}

Machine::Done Machine::push_items(Kind kind, std::vector<NodeId> items) {
  Node node;
  node.kind = kind;
  node.items = std::move(items);
  return push(std::move(node));
}

bool Machine::has(std::size_t count) const {
  return stack_.size() - (marks_.empty() ? 0 : marks_.back()) >= count;
}

std::vector<NodeId> Machine::pop(std::size_t count) {
  const auto from = stack_.end() - static_cast<std::ptrdiff_t>(count);
  std::vector<NodeId> out(from, stack_.end());
  stack_.erase(from, stack_.end());
  return out;
}

std::optional<std::vector<NodeId>> Machine::pop_to_mark() {
  if (marks_.empty()) {
    return std::nullopt;
  }
  const auto count = stack_.size() - marks_.back();
  marks_.pop_back();
  return pop(count);
}

Machine::Done Machine::append(Kind kind, const std::vector<NodeId>& items) {
  if (!has(1) || nodes_.all[stack_.back()].kind != kind) {
    return refuse("nothing to add to");
  }
  auto& node = nodes_.all[stack_.back()];
  node.items.insert(node.items.end(), items.begin(), items.end());
  return {};
}

Machine::Done Machine::remember(std::uint64_t index) {
  if (!has(1)) {
    return refuse("nothing to remember");
  }
  if (index >= limits_.nodes) {
    return refuse("no such place");
  }
  if (index >= memo_.size()) {
    memo_.resize(static_cast<std::size_t>(index) + 1, -1);
  }
  memo_[static_cast<std::size_t>(index)] = stack_.back();
  return {};
}

Machine::Done Machine::recall(std::uint64_t index) {
  if (index >= memo_.size() || memo_[static_cast<std::size_t>(index)] < 0) {
    return refuse("nothing is remembered there");
  }
  if (stack_.size() >= limits_.nodes) {
    return fail(Errc::too_large, "more than " + std::to_string(limits_.nodes) + " things");
  }
  stack_.push_back(static_cast<NodeId>(memo_[static_cast<std::size_t>(index)]));
  return {};
}

Machine::Done Machine::name(std::string_view module, std::string_view name) {
  const auto meaning = find_callable(module, name);
  if (!meaning) {
    return refuse(text::escape_clipped(module, longest_name) + "." +
                  text::escape_clipped(name, longest_name) + " is not data");
  }
  Node node;
  node.kind = Kind::callable;
  node.integer = static_cast<std::int64_t>(*meaning);
  node.text = name;
  return push(std::move(node));
}

}  // namespace spranga::guard::pickle
