// Python's opcodes. Those without a step would make objects, or reach outside of the bytes.
#include <array>

#include "guard/pickle/machine.h"

namespace spranga::guard::pickle {

namespace {

constexpr std::size_t number_of(Node::Kind kind) {
  return static_cast<std::size_t>(kind);
}

}  // namespace

const Machine::Opcode* Machine::find_opcode(unsigned char code) {
  static const auto by_code = [] {
    std::array<const Opcode*, 256> out{};
    for (const auto* row = opcodes; row->name != nullptr; ++row) {
      out[row->code] = row;
    }
    return out;
  }();
  return by_code[code];
}

// NOLINTNEXTLINE(*-avoid-c-arrays): its length is what stands here
const Machine::Opcode Machine::opcodes[] = {
    {0x80, "PROTO", &Machine::proto, 0},
    {0x95, "FRAME", &Machine::frame, 0},
    {'(', "MARK", &Machine::mark, 0},
    {'0', "POP", &Machine::pop_one, 0},
    {'1', "POP_MARK", &Machine::pop_marked, 0},
    {'2', "DUP", &Machine::duplicate, 0},
    {'N', "NONE", &Machine::constant, 0},
    {0x89, "NEWFALSE", &Machine::constant, 1},
    {0x88, "NEWTRUE", &Machine::constant, 2},
    {'F', "FLOAT", &Machine::float_line, 0},
    {'G', "BINFLOAT", &Machine::float_binary, 0},
    {'I', "INT", &Machine::int_line, 0},
    {'L', "LONG", &Machine::long_line, 0},
    {'J', "BININT", &Machine::int_signed, 0},
    {'K', "BININT1", &Machine::int_binary, 1},
    {'M', "BININT2", &Machine::int_binary, 2},
    {0x8a, "LONG1", &Machine::long_binary, 1},
    {0x8b, "LONG4", &Machine::long_binary, 4},
    {'S', "STRING", &Machine::string_line, 0},
    {'T', "BINSTRING", &Machine::string_binary, 4},
    {'U', "SHORT_BINSTRING", &Machine::string_binary, 1},
    {'V', "UNICODE", &Machine::unicode_line, 0},
    {0x8c, "SHORT_BINUNICODE", &Machine::unicode_binary, 1},
    {'X', "BINUNICODE", &Machine::unicode_binary, 4},
    {0x8d, "BINUNICODE8", &Machine::unicode_binary, 8},
    {'C', "SHORT_BINBYTES", &Machine::bytes_binary, 1},
    {'B', "BINBYTES", &Machine::bytes_binary, 4},
    {0x8e, "BINBYTES8", &Machine::bytes_binary, 8},
    {']', "EMPTY_LIST", &Machine::empty, number_of(Kind::list)},
    {')', "EMPTY_TUPLE", &Machine::empty, number_of(Kind::tuple)},
    {'}', "EMPTY_DICT", &Machine::empty, number_of(Kind::dict)},
    {0x8f, "EMPTY_SET", &Machine::empty, number_of(Kind::set)},
    {'l', "LIST", &Machine::marked, number_of(Kind::list)},
    {'t', "TUPLE", &Machine::marked, number_of(Kind::tuple)},
    {'d', "DICT", &Machine::marked, number_of(Kind::dict)},
    {0x91, "FROZENSET", &Machine::marked, number_of(Kind::frozenset)},
    {0x85, "TUPLE1", &Machine::tuple, 1},
    {0x86, "TUPLE2", &Machine::tuple, 2},
    {0x87, "TUPLE3", &Machine::tuple, 3},
    {'a', "APPEND", &Machine::append_one, 0},
    {'e', "APPENDS", &Machine::append_marked, number_of(Kind::list)},
    {0x90, "ADDITEMS", &Machine::append_marked, number_of(Kind::set)},
    {'s', "SETITEM", &Machine::set_item, 0},
    {'u', "SETITEMS", &Machine::append_marked, number_of(Kind::dict)},
    {'p', "PUT", &Machine::put_line, 0},
    {'q', "BINPUT", &Machine::put_binary, 1},
    {'r', "LONG_BINPUT", &Machine::put_binary, 4},
    {0x94, "MEMOIZE", &Machine::memoize, 0},
    {'g', "GET", &Machine::get_line, 0},
    {'h', "BINGET", &Machine::get_binary, 1},
    {'j', "LONG_BINGET", &Machine::get_binary, 4},
    {'c', "GLOBAL", &Machine::global_line, 0},
    {0x93, "STACK_GLOBAL", &Machine::global_stack, 0},
    {'R', "REDUCE", &Machine::reduce, 0},
    {'b', "BUILD", &Machine::build, 0},
    {'P', "PERSID", nullptr, 0},
    {'Q', "BINPERSID", nullptr, 0},
    {'i', "INST", nullptr, 0},
    {'o', "OBJ", nullptr, 0},
    {0x81, "NEWOBJ", nullptr, 0},
    {0x82, "EXT1", nullptr, 0},
    {0x83, "EXT2", nullptr, 0},
    {0x84, "EXT4", nullptr, 0},
    {0x92, "NEWOBJ_EX", nullptr, 0},
    {0x96, "BYTEARRAY8", nullptr, 0},
    {0x97, "NEXT_BUFFER", nullptr, 0},
    {0x98, "READONLY_BUFFER", nullptr, 0},
    {0, nullptr, nullptr, 0},
};

}  // namespace spranga::guard::pickle
