#include "action_runner/sendmail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace spranga::action_runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const MailPlan plan{"/usr/sbin/sendmail",
                    {"guard@example.org", "-odd@example.org"},
                    {"owner@example.org", "other@example.org"}};

Request mail(const std::string& from, const std::string& to) {
  Request out;
  out.order = 5;
  out.verb = Verb::mail;
  out.tags = {{"from", from}, {"to", to}, {"message", "Subject: x\r\n\r\nfirst\r\n.\r\nlast\r\n"}};
  return out;
}

TEST(Sendmail, GetsItsRecipientsAsArguments) {
  const auto letter =
      letter_of(plan, mail("guard@example.org", "owner@example.org\nother@example.org"));
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->order, 5U);
  EXPECT_THAT(letter->words,
              ElementsAre("/usr/sbin/sendmail",
                          "-oi",
                          "-f",
                          "guard@example.org",
                          "--",
                          "owner@example.org",
                          "other@example.org"));
}

TEST(Sendmail, WritesToNobodyWhomThePlanDoesNotName) {
  for (const auto& [from, to] : {std::pair("guard@example.org", "stranger@example.org"),
                                 std::pair("guard@example.org", "owner@example.org\n|sh"),
                                 std::pair("guard@example.org", ""),
                                 std::pair("stranger@example.org", "owner@example.org"),
                                 std::pair("-odd@example.org", "owner@example.org"),
                                 std::pair("", "owner@example.org")}) {
    EXPECT_FALSE(letter_of(plan, mail(from, to))) << from << " " << to;
  }
  EXPECT_FALSE(letter_of({}, mail("guard@example.org", "owner@example.org")));
  auto large = mail("guard@example.org", "owner@example.org");
  large.tags["message"] = std::string(largest_letter + 1, 'x');
  EXPECT_EQ(letter_of(plan, large).error().code, Errc::too_large);
}

class Mailers : public testing::Test {
protected:
  Mailers() {
    std::string pattern = testing::TempDir() + "spranga-sendmail-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }

  ~Mailers() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] Reply run(const std::string& script) const {
    const auto program = path("mailer");
    std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
    ::chmod(program.c_str(), 0700);
    auto mine = plan;
    mine.program = program;
    return hand_over(letter_of(mine, mail("guard@example.org", "owner@example.org")).value());
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

  [[nodiscard]] std::string file(const std::string& name) const {
    std::ifstream in(path(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

private:
  std::filesystem::path folder_;
};

TEST_F(Mailers, GetTheMessageOnTheirInput) {
  const auto reply = run("cat > " + path("message") + "; echo \"$@\" > " + path("arguments"));
  EXPECT_EQ(reply.outcome, Outcome::done);
  EXPECT_EQ(reply.order, 5U);
  EXPECT_EQ(file("message"), "Subject: x\n\nfirst\n.\nlast\n");
  EXPECT_EQ(file("arguments"), "-oi -f guard@example.org -- owner@example.org\n");
}

TEST_F(Mailers, AreQuotedWhereTheyFail) {
  const auto reply = run("printf 'the queue is full\\033[2J\\nand more\\n' >&2; exit 75");
  EXPECT_EQ(reply.outcome, Outcome::failed);
  EXPECT_EQ(reply.exit_code, 75);
  EXPECT_THAT(reply.why, HasSubstr("exit status 75: the queue is full\\x1B[2J"));
}

TEST_F(Mailers, MayBeAbsent) {
  auto mine = plan;
  mine.program = path("nowhere");
  const auto reply =
      hand_over(letter_of(mine, mail("guard@example.org", "owner@example.org")).value());
  EXPECT_EQ(reply.outcome, Outcome::failed);
  EXPECT_THAT(reply.why, HasSubstr("No such file"));
}

}  // namespace
}  // namespace spranga::action_runner
