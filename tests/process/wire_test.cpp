#include "process/wire.h"

#include <gtest/gtest.h>

namespace spranga::process {

namespace {

TEST(Wire, GivesBackWhatWasPacked) {
  Packer packer;
  packer.put(std::uint8_t{200});
  packer.put(std::int64_t{-5});
  packer.put(true);
  packer.put("two\0words");
  packer.list({"a", "", "c"});
  packer.maybe(std::optional<std::string>("x"));
  packer.maybe(std::optional<std::string>());
  packer.put(std::chrono::seconds(7));
  Unpacker unpacker(packer.bytes());
  EXPECT_EQ(unpacker.get<std::uint8_t>(), 200);
  EXPECT_EQ(unpacker.get<std::int64_t>(), -5);
  EXPECT_TRUE(unpacker.get<bool>());
  EXPECT_EQ(unpacker.text(), "two");
  EXPECT_EQ(unpacker.texts(), (std::vector<std::string>{"a", "", "c"}));
  EXPECT_EQ(unpacker.maybe_text(), "x");
  EXPECT_EQ(unpacker.maybe_text(), std::nullopt);
  EXPECT_EQ(unpacker.length<std::chrono::seconds>(), std::chrono::seconds(7));
  EXPECT_TRUE(unpacker.finish("test"));
}

TEST(Wire, RefusesEveryMessageThatIsCutOff) {
  Packer packer;
  packer.list({"one", "two"});
  packer.put(std::uint32_t{7});
  for (std::size_t size = 0; size < packer.bytes().size(); ++size) {
    Unpacker unpacker(std::string_view(packer.bytes()).substr(0, size));
    static_cast<void>(unpacker.texts());
    static_cast<void>(unpacker.get<std::uint32_t>());
    EXPECT_FALSE(unpacker.finish("test")) << size;
  }
}

TEST(Wire, RefusesBytesLeftOverCountsThatLieAndOddBooleans) {
  Unpacker left_over(std::string_view("\x01\x00", 2));
  static_cast<void>(left_over.get<bool>());
  EXPECT_FALSE(left_over.finish("test"));

  Unpacker liar(std::string_view("\xff\xff\xff\xff", 4));
  EXPECT_TRUE(liar.texts().empty());
  EXPECT_FALSE(liar.finish("test"));

  Unpacker odd("\x02");
  EXPECT_FALSE(odd.get<bool>());
  EXPECT_FALSE(odd.finish("test"));
}

TEST(Wire, RefusesAnEnumeratorBeyondTheLast) {
  enum class Colour : std::uint8_t { red, blue };
  Unpacker unpacker("\x02");
  EXPECT_EQ(unpacker.one_of(Colour::blue), Colour::red);
  EXPECT_FALSE(unpacker.good());
}

}  // namespace

}  // namespace spranga::process
