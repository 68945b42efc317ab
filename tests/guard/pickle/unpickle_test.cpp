#include "guard/pickle/unpickle.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <string_view>

#include "guard/pickle/exceptions.h"
#include "guard/pickle/pickle.h"
#include "guard/pickle/python_text.h"

namespace spranga::guard::pickle {
namespace {

using namespace std::string_literals;

std::string problem(std::string_view bytes, const Limits& limits = request_limits) {
  const auto value = unpickle(bytes, limits);
  return value ? "no problem" : value.error().detail;
}

Value read(std::string_view bytes) {
  const auto value = unpickle(bytes);
  EXPECT_TRUE(value) << value.error().detail;
  return value ? *value : Value();
}

TEST(Unpickle, ReadsWhatAClientSendsWithTheHighestProtocol) {
  // pickle.dumps(["status", "sshd"], 5)
  const auto bytes =
      "\x80\x05\x95\x14\0\0\0\0\0\0\0]\x94(\x8c\x06status\x94\x8c\x04sshd\x94"
      "e."s;
  EXPECT_EQ(read(bytes), Value::list({Value::of("status"), Value::of("sshd")}));
}

TEST(Unpickle, ReadsProtocolZero) {
  // pickle.dumps(["get", 1, True, None, 2.5, "\xe9\n"], 0)
  EXPECT_EQ(read("(lp0\nVget\np1\naI1\naI01\naNaF2.5\naV\xe9\\u000a\np2\na."),
            Value::list({Value::of("get"),
                         Value::of(1),
                         Value::of(true),
                         Value::none(),
                         Value::of(2.5),
                         Value::of("\xc3\xa9\n")}));
}

TEST(Unpickle, ReadsTheStringsOfProgramsInOtherLanguages) {
  EXPECT_EQ(read("\x80\x02]U\x06statusa."s), Value::list({Value::of("status")}));
  EXPECT_EQ(read("(lS'status'\na."), Value::list({Value::of("status")}));
}

TEST(Unpickle, TakesACallOfStrAsTheTextThatItHolds) {
  EXPECT_EQ(read("cbuiltins\nstr\n(V192.0.2.1\ntR."), Value::of("192.0.2.1"));
  EXPECT_EQ(read("cbuiltins\nstr\n((V192.0.2.1\nVuser\nttR."), Value::of("('192.0.2.1', 'user')"));
}

TEST(Unpickle, TakesAnExceptionAsDataAndLeavesOutItsAttributes) {
  const auto unknown = read("cfail2ban.exceptions\nUnknownJailException\n(Vsshd\ntR.");
  EXPECT_EQ(unknown, Value::exception("UnknownJailException", {Value::of("sshd")}));
  EXPECT_TRUE(is_a(unknown, "KeyError"));
  EXPECT_EQ(message_of(unknown), "'sshd'");
  EXPECT_EQ(read("cexceptions\nValueError\n(Vno\ntR}Vname\nNsb."),
            Value::exception("ValueError", {Value::of("no")}));
}

TEST(Unpickle, RefusesEveryOtherNameWithItsOpcodeAndOffset) {
  EXPECT_EQ(problem("cos\nsystem\n(Vid\ntR."), "GLOBAL at 0: os.system is not data");
  EXPECT_EQ(problem("\x80\x04\x8c\x08"
                    "builtins\x8c\x04"
                    "eval\x93."s),
            "STACK_GLOBAL at 18: builtins.eval is not data");
  EXPECT_EQ(problem("c\x1b[2J\nx\n."), "GLOBAL at 0: \\x1B[2J.x is not data");
}

TEST(Unpickle, RefusesOpcodesThatMakeObjects) {
  EXPECT_EQ(problem("(ios\nsystem\n."), "INST at 1: refused");
  EXPECT_EQ(problem("\x80\x02)\x81."), "NEWOBJ at 3: refused");
  EXPECT_EQ(problem("Pid\n."), "PERSID at 0: refused");
  EXPECT_EQ(problem("\x80\x05\x96\0\0\0\0\0\0\0\0."s), "BYTEARRAY8 at 2: refused");
  EXPECT_EQ(problem("\xff."), "no opcode 255 at 0");
}

TEST(Unpickle, RefusesCallsAndAttributesOfAnythingElse) {
  EXPECT_EQ(problem("Vtext\n(tR."), "REDUCE at 8: no call that is known");
  EXPECT_EQ(problem("cbuiltins\nstr\n)R."), "REDUCE at 15: no call that is known");
  EXPECT_EQ(problem("cbuiltins\nstr\n."), "GLOBAL at 0: a name alone is no data");
  EXPECT_EQ(problem("(l}b."), "BUILD at 3: only an exception has attributes");
  EXPECT_EQ(problem("c_codecs\nencode\n(V414243\nVhex\ntR."),
            "REDUCE at 31: no call that is known");
}

TEST(Unpickle, RefusesAListInItself) {
  EXPECT_EQ(problem("]\x94h\0a."s), "EMPTY_LIST at 0: more than 32 levels");
}

TEST(Unpickle, CountsWhatTheMemoRepeats) {
  // Ten times over: a list of ten of the list before. 200 bytes, ten thousand million lists.
  std::string bytes =
      "]\x94"
      "0";
  for (char i = 0; i < 10; ++i) {
    bytes += "]\x94(";
    for (int j = 0; j < 10; ++j) {
      bytes += {'h', i};
    }
    bytes += "e0";
  }
  EXPECT_EQ(problem(bytes + "h\x0a."), "EMPTY_LIST at 0: the value is too large");
  EXPECT_EQ(read(bytes + "h\x01."s), Value::list(std::vector<Value>(10, Value::list())));
}

TEST(Unpickle, CutsOffTextThatIsRepeated) {
  std::string bytes = "V" + std::string(1'000'000, 'x') + "\np0\n0(l";
  for (int i = 0; i < 20; ++i) {
    bytes += "g0\na";
  }
  EXPECT_EQ(problem(bytes + "."), "UNICODE at 0: the value is too large");
}

TEST(Unpickle, RefusesAVeryDeepPickleWithoutAStackOfItsOwn) {
  EXPECT_EQ(problem(std::string(100'000, ']') + std::string(99'999, 'a') + "."),
            "EMPTY_LIST at 33: more than 32 levels");
}

TEST(Unpickle, RefusesWhatIsCutOffAnywhere) {
  const auto whole = to_pickle(Value::list({Value::of("set"),
                                            Value::of(1.5),
                                            Value::dict({Value::of("a"), Value::of(70000)}),
                                            Value::exception("IndexError", {Value::bytes("x")})}),
                               4);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(unpickle(std::string_view(whole).substr(0, size))) << size;
  }
  EXPECT_FALSE(unpickle(whole + "x"));
}

TEST(Unpickle, RefusesIntegersOfMoreThan64Bits) {
  EXPECT_EQ(read("\x80\x02\x8a\x09\0\0\0\0\0\0\0\x80\xff."s),
            Value::of(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(problem("\x80\x02\x8a\x09\0\0\0\0\0\0\0\x80\0."s), "LONG1 at 2: no integer of 64 bits");
  EXPECT_EQ(problem("L9223372036854775808L\n."), "LONG at 0: no integer of 64 bits");
}

TEST(Unpickle, RefusesKeysThatPythonCannotHash) {
  EXPECT_EQ(problem("}(lNs."), "EMPTY_DICT at 0: something that is no key");
  EXPECT_EQ(problem("}VA\nNsVA\nNs."), "EMPTY_DICT at 0: a key that is there already");
}

TEST(Unpickle, GivesBytesOfAFileNameThatIsNoUtf8AsTheyAre) {
  EXPECT_EQ(read("X\x06\0\0\0/a\xed\xb3\xbfz."s), Value::of("/a\xffz"));
  EXPECT_FALSE(unpickle("X\x03\0\0\0\xed\xa0\x80."s));
  EXPECT_FALSE(unpickle("X\x01\0\0\0\xff."s));
}

TEST(Unpickle, NamesTheLimitOfThings) {
  const Limits few{100, 5, 5, 100, 5};
  EXPECT_EQ(problem("NNNNNN", few), "more than 5 things");
  EXPECT_EQ(problem("((((((", few), "more than 5 marks");
  EXPECT_EQ(problem("]2222222", few), "more than 5 things");
  EXPECT_EQ(problem("]p5000000\n.", few), "PUT at 1: no such place");
}

TEST(Pickle, IsReadAgainInEachProtocol) {
  Value set = Value::list({Value::of("a"), Value::tuple({Value::of(1)})});
  set.kind = Value::Kind::set;
  Value frozen = set;
  frozen.kind = Value::Kind::frozenset;
  const auto value = Value::tuple({Value::none(),
                                   Value::of(true),
                                   Value::of(-1),
                                   Value::of(300),
                                   Value::of(-70000),
                                   Value::of(std::numeric_limits<std::int64_t>::min()),
                                   Value::of(1e300),
                                   Value::of(""),
                                   Value::of(std::string(300, 'x')),
                                   Value::of("\xff\xc3\xa9"),
                                   Value::bytes("\0\xff"s),
                                   set,
                                   frozen,
                                   Value::dict({Value::of("key"), Value::list()}),
                                   Value::exception("UnknownJailException", {Value::of("sshd")})});
  for (int protocol = 2; protocol <= highest_protocol; ++protocol) {
    EXPECT_EQ(read(to_pickle(value, protocol)), value) << protocol;
  }
}

struct Printed {
  Value value;
  std::string_view text;
};

TEST(PythonText, PrintsValuesAsPythonDoes) {
  const std::array rows = {
      Printed{Value::none(), "None"},
      Printed{Value::of(true), "True"},
      Printed{Value::of(-5), "-5"},
      Printed{Value::of(1.0), "1.0"},
      Printed{Value::of(0.1), "0.1"},
      Printed{Value::of(1e16), "1e+16"},
      Printed{Value::of(1e-5), "1e-05"},
      Printed{Value::of(2629800.5), "2629800.5"},
      Printed{Value::of("it's"), "\"it's\""},
      Printed{Value::bytes("a'\"\n\xff"), "b'a\\'\"\\n\\xff'"},
      Printed{Value::tuple({Value::of("a")}), "('a',)"},
      Printed{Value::tuple(), "()"},
      Printed{Value::list({Value::of(1), Value::of("b")}), "[1, 'b']"},
      Printed{Value::dict({Value::of("sshd"), Value::list()}), "{'sshd': []}"},
      Printed{Value::exception("ValueError", {Value::of("x")}), "ValueError('x')"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(repr(row.value), row.text);
  }
}

TEST(Exceptions, SayWhatPythonMakesOfTheirArguments) {
  const auto missing = Value::exception(
      "FileNotFoundError",
      {Value::of(2), Value::of("No such file or directory"), Value::of("/var/log/x")});
  EXPECT_EQ(message_of(missing), "[Errno 2] No such file or directory: '/var/log/x'");
  EXPECT_EQ(repr(python_arguments(missing)), "(2, 'No such file or directory')");
  const auto json = Value::exception(
      "JSONDecodeError", {Value::of("Expecting value"), Value::of("{\n x"), Value::of(3)});
  EXPECT_EQ(message_of(json), "Expecting value: line 2 column 2 (char 3)");
  const auto syntax = Value::exception(
      "SyntaxError",
      {Value::of("invalid syntax"), Value::tuple({Value::of("<string>"), Value::of(1)})});
  EXPECT_EQ(message_of(syntax), "invalid syntax (<string>, line 1)");
  EXPECT_EQ(message_of(Value::exception("Exception", {})), "");
}

}  // namespace
}  // namespace spranga::guard::pickle
