// The guard's end, with the helper's end held by the test.
#include "daemon/net_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/daemon/log_lines.h"

namespace spranga::daemon {
namespace {

using namespace std::chrono_literals;
using net_helper::Answer;
using net_helper::Request;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Request name(const std::string& text) {
  Request out;
  out.what = Request::What::addresses;
  out.text = text;
  return out;
}

Request mail() {
  Request out;
  out.what = Request::What::mail;
  out.text = "7";
  out.mail.server = "mail.example.org";
  out.mail.sender = "guard@example.org";
  out.mail.recipients = {"owner@example.org"};
  out.mail.message = "Subject: x\r\n\r\n";
  return out;
}

class NetLinks : public testing::Test {
protected:
  /// What the helper has been asked, answered with nothing but its number.
  std::vector<Request> asked() {
    std::vector<Request> out;
    for (;;) {
      auto message = helpers.back()->receive();
      if (!message || !*message) {
        return out;
      }
      out.push_back(net_helper::read_request((*message)->bytes).value());
    }
  }

  void answer(std::uint64_t number, const std::string& text) {
    Answer out;
    out.number = number;
    out.texts = {text};
    EXPECT_TRUE(helpers.back()->send(net_helper::pack(out)));
    link.on_readable(now);
  }

  void die() {
    helpers.back().reset();
    link.on_readable(now);
  }

  SteadyTime now{};
  LogLines log;
  bool can_start{true};
  std::vector<std::unique_ptr<process::Channel>> helpers;
  std::vector<std::string> told;
  NetLink link{
      [this]() -> Result<Fd> {
        if (!can_start) {
          return fail(Errc::not_found, "no such program");
        }
        auto ends = process::Channel::pair().value();
        helpers.push_back(std::make_unique<process::Channel>(std::move(ends.second)));
        return std::move(ends.first);
      },
      log,
      [this](const Request& request, const Answer& answered) {
        told.push_back(request.text + ": " +
                       (answered.error.empty() ? (answered.texts.empty() ? "" : answered.texts[0])
                                               : answered.error) +
                       (answered.for_good ? " (for good)" : ""));
      }};
};

TEST_F(NetLinks, StartTheHelperAtTheFirstRequestAndTellItsAnswers) {
  EXPECT_EQ(link.fd(), -1);
  link.send(name("a.example.org"), now);
  link.send(name("b.example.org"), now);
  ASSERT_THAT(helpers, SizeIs(1));
  const auto requests = asked();
  ASSERT_THAT(requests, SizeIs(2));
  answer(requests[1].number, "192.0.2.2");
  answer(requests[0].number, "192.0.2.1");
  EXPECT_THAT(told, ElementsAre("b.example.org: 192.0.2.2", "a.example.org: 192.0.2.1"));
  EXPECT_EQ(link.open_requests(), 0U);
}

TEST_F(NetLinks, AskNamesAgainOfANewHelperAndSayThatAMailDidNotGo) {
  link.send(name("a.example.org"), now);
  link.send(mail(), now);
  EXPECT_EQ(link.open_mails(), 1U);
  die();
  EXPECT_THAT(told, IsEmpty()) << "told from the clock, never from within";
  link.on_clock(now);
  EXPECT_THAT(told, ElementsAre(HasSubstr("7: the net helper ended")));
  ASSERT_THAT(helpers, SizeIs(2));
  const auto again = asked();
  ASSERT_THAT(again, SizeIs(1));
  answer(again[0].number, "192.0.2.1");
  EXPECT_EQ(told.back(), "a.example.org: 192.0.2.1");
}

TEST_F(NetLinks, GiveUpWhereHelpersKeepDying) {
  link.send(name("a.example.org"), now);
  for (int i = 0; i <= NetLink::most_failures; ++i) {
    die();
  }
  link.on_clock(now);
  EXPECT_THAT(told, ElementsAre(HasSubstr("a.example.org: the net helper ended")));
  EXPECT_THAT(helpers, SizeIs(1 + NetLink::most_failures));
  link.send(name("b.example.org"), now + 1s);
  EXPECT_TRUE(link.has_news());
  EXPECT_THAT(helpers, SizeIs(1 + NetLink::most_failures)) << "left alone for a while";
  link.send(name("c.example.org"), now + NetLink::rest);
  EXPECT_THAT(helpers, SizeIs(2 + NetLink::most_failures));
}

TEST_F(NetLinks, DoNotWaitForAHelperThatHangs) {
  link.send(name("a.example.org"), now);
  const auto late = now + Request().timeout + NetLink::grace;
  link.on_clock(late - 1ms);
  EXPECT_THAT(told, IsEmpty());
  link.on_clock(late);
  EXPECT_THAT(told, ElementsAre("a.example.org: the net helper does not answer"));
  answer(asked()[0].number, "192.0.2.1");
  EXPECT_THAT(told, SizeIs(1));
}

TEST_F(NetLinks, RefuseWhatTheHelperWouldNotRead) {
  link.send(name("not a name"), now);
  link.on_clock(now);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told[0], HasSubstr("(for good)"));
  EXPECT_THAT(helpers, IsEmpty());
}

TEST_F(NetLinks, TellThatNoHelperCanBeStarted) {
  can_start = false;
  link.send(name("a.example.org"), now);
  link.on_clock(now);
  EXPECT_THAT(told, ElementsAre("a.example.org: there is no net helper"));
  EXPECT_THAT(log.lines, ElementsAre(HasSubstr("no such program")));
}

}  // namespace
}  // namespace spranga::daemon
