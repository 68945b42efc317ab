#include "app/parse_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/check_command.h"
#include "check/options.h"

namespace spranga::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A command line of `check`, read.
struct Read {
  check::CheckOptions options;
  CheckOutput output;
  std::vector<std::string> targets;
  std::string error;
};

Read read(const std::vector<std::string>& arguments) {
  Read out;
  const auto options = bind_check_options(out.options, out.output);
  auto targets = parse_arguments(options, arguments);
  if (!targets) {
    out.error = targets.error().detail;
    return out;
  }
  out.targets = *targets;
  if (const auto together = check::check_together(out.options); !together) {
    out.error = together.error().detail;
  }
  return out;
}

TEST(CheckArguments, AreTargetsInTheirOrder) {
  EXPECT_THAT(read({"b.example", "--quiet", "a.example"}).targets,
              ElementsAre("b.example", "a.example"));
}

TEST(CheckArguments, KeepTheBracketsOfAnAddress) {
  EXPECT_THAT(read({"[2001:db8::1]", "[2001:db8::1]:587"}).targets,
              ElementsAre("[2001:db8::1]", "[2001:db8::1]:587"));
}

/// The options of a command line of `check`, without its targets.
std::vector<std::string> options_in(const std::vector<std::string>& arguments) {
  check::CheckOptions options;
  CheckOutput output;
  const auto rows = bind_check_options(options, output);
  const auto targets = parse_arguments(rows, arguments);
  return targets ? without_targets(rows, arguments, *targets)
                 : std::vector<std::string>{targets.error().detail};
}

TEST(CheckArguments, KeepAValueThatReadsLikeTheTarget) {
  const auto both = ElementsAre("--ban-test", "--i-own", "a.example");
  EXPECT_THAT(options_in({"a.example", "--ban-test", "--i-own", "a.example"}), both);
  EXPECT_THAT(options_in({"--ban-test", "--i-own", "a.example", "a.example"}), both);
  EXPECT_THAT(options_in({"--ban-test", "--i-own", "a.example", "--", "a.example"}), both);
  EXPECT_THAT(options_in({"--name=a.example", "-p", "25", "a.example"}),
              ElementsAre("--name=a.example", "-p", "25"));
  EXPECT_THAT(options_in({"-qf", "json", "json"}), ElementsAre("-qf", "json"));
  EXPECT_THAT(options_in({"-ualf", "a.example"}), ElementsAre("-ualf"));
  EXPECT_THAT(options_in({"--ban-test", "--wait", "a.example", "-4"}),
              ElementsAre("--ban-test", "--wait", "-4"));
}

TEST(CheckArguments, ThatMayGoWithoutAValueSwallowNoTarget) {
  const auto settled = read({"--ban-test", "--wait", "a.example"});
  EXPECT_EQ(settled.error, "");
  EXPECT_TRUE(settled.options.settings.wait);
  EXPECT_FALSE(settled.options.settings.wait_for);
  EXPECT_THAT(settled.targets, ElementsAre("a.example"));
  EXPECT_EQ(read({"--ban-test", "--wait=10m", "a.example"}).options.settings.wait_for, 10min);
  EXPECT_THAT(read({"--ban-test", "--wait=soon"}).error, HasSubstr("soon"));

  EXPECT_TRUE(read({"--resume"}).options.settings.resume);
  EXPECT_THAT(read({"--resume", "state.json"}).targets, ElementsAre("state.json"));
  EXPECT_EQ(read({"--resume=state.json"}).options.settings.state_file, "state.json");
}

TEST(CheckArguments, OfTheBanTestNeedIt) {
  for (const std::vector<std::string>& given :
       std::vector<std::vector<std::string>>{{"--i-own", "a.example"},
                                             {"--yes"},
                                             {"--fast"},
                                             {"--second-source", "192.0.2.1"},
                                             {"--known-user", "alice"},
                                             {"--wait"},
                                             {"--state", "f"}}) {
    EXPECT_THAT(read(given).error, HasSubstr(given.front() + " needs --ban-test"));
    auto with = given;
    with.emplace_back("--ban-test");
    EXPECT_EQ(read(with).error, "");
  }
  EXPECT_EQ(read({"--resume", "--wait"}).error, "");
  EXPECT_NE(read({"--resume", "--ban-test"}).error, "");
  EXPECT_NE(read({"--ban-test", "--rules", "1,2"}).error, "");
  EXPECT_NE(read({"--ban-test", "--from-here", "--second-source", "192.0.2.1"}).error, "");
}

TEST(CheckArguments, BehindTwoHyphensAreNoOptions) {
  EXPECT_THAT(read({"-q", "--", "-odd", "--"}).targets, ElementsAre("-odd", "--"));
}

TEST(CheckArguments, WithoutOptionsAreTheDefaults) {
  const auto settings = read({"a.example"}).options.settings;
  EXPECT_THAT(settings.ports, ElementsAre(25, 465, 587));
  EXPECT_FALSE(settings.ports_given);
  EXPECT_THAT(settings.rules, ElementsAre(1, 2, 3));
  EXPECT_EQ(settings.timeout, 10s);
  EXPECT_EQ(settings.total_timeout, 120s);
}

TEST(CheckArguments, OfEachKindAreTaken) {
  const auto all = read({"--ports=587,25,587",
                         "-4",
                         "--rules",
                         "2,1",
                         "--timeout",
                         "500ms",
                         "--total-timeout=1m",
                         "-u",
                         "alice",
                         "--other",
                         "bob@example.org",
                         "--deliver",
                         "--relay",
                         "--relay-to",
                         "me@example.net",
                         "--name",
                         "mail.example.org",
                         "--domain",
                         "example.org",
                         "-fjson",
                         "-o",
                         "x.json",
                         "--source",
                         "192.0.2.9",
                         "--expn",
                         "--all-addresses",
                         "host"});
  EXPECT_EQ(all.error, "");
  const auto& settings = all.options.settings;
  EXPECT_THAT(settings.ports, ElementsAre(587, 25));
  EXPECT_TRUE(settings.ports_given);
  EXPECT_EQ(settings.families, check::Families::ipv4_only);
  EXPECT_THAT(settings.rules, ElementsAre(1, 2));
  EXPECT_EQ(settings.timeout, 500ms);
  EXPECT_EQ(settings.total_timeout, 1min);
  EXPECT_EQ(all.options.user, "alice");
  EXPECT_TRUE(settings.deliver && settings.relay_forms && settings.expn && settings.all_addresses);
  EXPECT_EQ(settings.relay_to, "me@example.net");
  EXPECT_EQ(settings.tls_name, "mail.example.org");
  EXPECT_EQ(settings.source, "192.0.2.9");
  EXPECT_EQ(all.output.format, "json");
  EXPECT_EQ(all.output.file, "x.json");
}

struct Wrong {
  std::vector<std::string> arguments;
  std::string says;
};

TEST(CheckArguments, ThatAreWrongNameTheOption) {
  const std::vector<Wrong> cases = {
      {{"--ports", "0"}, "--ports: \"0\""},
      {{"--ports", "25,"}, "--ports: "},
      {{"--ports", "65536"}, "--ports: "},
      {{"--ports", "smtp"}, "--ports: \"smtp\""},
      {{"--ports", ""}, "--ports: "},
      {{"--rules", "4"}, "--rules: \"4\""},
      {{"--timeout=-5"}, "--timeout: \"-5\""},
      {{"--timeout", "soon"}, "--timeout: \"soon\""},
      {{"--address", "alice"}, "--address: \"alice\""},
      {{"--relay-to", "a@b c"}, "--relay-to: "},
      {{"--domain", "a@b"}, "--domain: "},
      {{"--source", "here"}, "--source: \"here\""},
      {{"-4", "-6"}, "exclude each other"},
      {{"--format", "yaml"}, "choose from: text, json, html"},
      {{"--colour", "red"}, "choose from: auto, always, never"},
      {{"--ports"}, "--ports needs a value"},
      {{"--quiet=1"}, "--quiet takes no value"},
      {{"--deliver"}, "--deliver needs --user"},
      {{"--password-file", "f"}, "--password-file needs --user"},
      {{"--user", "a", "--password-file", "f", "--oauth2-token-file", "g"}, "exclude each other"},
      {{"--user", ""}, "--user: "},
      {{"--user", "a\r\nb"}, "--user: "},
  };
  for (const auto& wrong : cases) {
    EXPECT_THAT(read(wrong.arguments).error, HasSubstr(wrong.says)) << wrong.arguments.front();
  }
}

TEST(CheckArguments, NeverPutControlBytesOnTheTerminal) {
  EXPECT_EQ(read({"--ports", "\x1b[2J"}).error.find('\x1b'), std::string::npos);
  EXPECT_EQ(read({"--\x1b[2J"}).error.find('\x1b'), std::string::npos);
}

TEST(CheckArguments, ThatNobodyKnowsComeWithTheNearestOption) {
  EXPECT_THAT(read({"--prots", "25"}).error, HasSubstr("Did you mean \"--ports\"?"));
  EXPECT_THAT(read({"--verbos"}).error, HasSubstr("\"--verbose\""));
  EXPECT_THAT(read({"--xyzzy"}).error, testing::Not(HasSubstr("mean")));
}

TEST(CheckOptions, HaveHelpAndAGroup) {
  for (const auto& option : check_command_options()) {
    EXPECT_NE(option.help, words::Word::none) << option.name;
    EXPECT_NE(option.group, words::Word::none) << option.name;
    EXPECT_THAT(std::string(option.name), testing::StartsWith("--"));
  }
}

TEST(CheckOptions, HaveNamesOfTheirOwn) {
  std::vector<std::string_view> names;
  for (const auto& option : with_common(check_command_options())) {
    names.push_back(option.name);
    if (!option.short_name.empty()) {
      names.push_back(option.short_name);
    }
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(CheckOptions, NeverTakeAPasswordFromTheCommandLine) {
  for (const auto& option : check_command_options()) {
    EXPECT_TRUE(option.name.find("password") == std::string_view::npos ||
                option.name == "--password-file");
  }
}

}  // namespace
}  // namespace spranga::app
