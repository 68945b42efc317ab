#include "guard/control/connection.h"

#include <gtest/gtest.h>

#include <string>

#include "guard/pickle/unpickle.h"

namespace spranga::guard::control {
namespace {

using namespace std::chrono_literals;

const SteadyTime start{1h};
const std::string end(end_marker);

TEST(Connection, TakesTheNextRequestOnlyWhenTheLastIsAnswered) {
  Connection connection({}, start);
  connection.receive("one" + end + "two" + end, start);
  EXPECT_EQ(connection.take_request(start), "one");
  EXPECT_FALSE(connection.wants_input());
  EXPECT_EQ(connection.take_request(start), std::nullopt);
  connection.reply("answer", start);
  EXPECT_EQ(connection.take_request(start), std::nullopt);
  EXPECT_EQ(connection.output(), "answer" + end);
  connection.sent(3, start);
  EXPECT_EQ(connection.output(), "wer" + end);
  connection.sent(connection.output().size(), start);
  EXPECT_EQ(connection.take_request(start), "two");
}

TEST(Connection, EndsAtTheCloseMarker) {
  Connection connection({}, start);
  connection.receive(std::string(close_marker) + end, start);
  EXPECT_EQ(connection.take_request(start), std::nullopt);
  EXPECT_TRUE(connection.is_over(start));
}

TEST(Connection, AnswersWhatItHasReceivedBeforeTheClientsEnd) {
  Connection connection({}, start);
  connection.receive("one" + end, start);
  EXPECT_EQ(connection.take_request(start), "one");
  connection.receive_end();
  EXPECT_FALSE(connection.is_over(start));
  connection.reply("answer", start);
  connection.sent(connection.output().size(), start);
  EXPECT_TRUE(connection.is_over(start));
}

TEST(Connection, EndsASilentClientAfterTheLimit) {
  Connection connection({}, start);
  EXPECT_EQ(connection.deadline(), start + 10min);
  EXPECT_FALSE(connection.is_over(start + 10min - 1ms));
  EXPECT_TRUE(connection.is_over(start + 10min));
}

TEST(Connection, EndsAClientThatSendsARequestByteByByte) {
  Connection connection({}, start);
  connection.receive("x", start + 5min);
  for (int i = 1; i < 30; ++i) {
    connection.receive("x", start + 5min + i * 1s);
  }
  EXPECT_EQ(connection.deadline(), start + 5min + 30s);
  EXPECT_TRUE(connection.is_over(start + 5min + 30s));
}

TEST(Connection, EndsAClientThatDoesNotReadItsReply) {
  Connection connection({}, start);
  connection.receive("one" + end, start);
  static_cast<void>(connection.take_request(start));
  EXPECT_EQ(connection.deadline(), std::nullopt);
  connection.reply("answer", start + 1h);
  EXPECT_FALSE(connection.is_over(start + 1h + 59s));
  connection.sent(1, start + 1h + 59s);
  EXPECT_FALSE(connection.is_over(start + 1h + 61s));
  EXPECT_TRUE(connection.is_over(start + 1h + 119s));
}

TEST(Connection, EndsWithAnErrorWhereARequestIsTooLong) {
  ConnectionLimits limits;
  limits.request = 10;
  Connection connection(limits, start);
  connection.receive(std::string(100, 'x'), start);
  EXPECT_EQ(connection.take_request(start), std::nullopt);
  auto output = connection.output();
  ASSERT_TRUE(output.ends_with(end_marker));
  output.remove_suffix(end_marker.size());
  EXPECT_EQ(pickle::unpickle(output)->text, "ERROR: a request of more than 10 bytes");
  connection.sent(connection.output().size(), start);
  EXPECT_TRUE(connection.is_over(start));
}

}  // namespace
}  // namespace spranga::guard::control
