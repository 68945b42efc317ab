#include "daemon/jail_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::daemon {
namespace {

using guard::control::JailSetting;
using guard::pickle::Value;

std::vector<std::string> ignored(const ban::JailSpec& spec) {
  std::vector<std::string> out;
  for (const auto& one : read_setting(spec, JailSetting::ignoreip).items) {
    out.push_back(one.text);
  }
  return out;
}

TEST(IgnoredSettings, AreShownAsFail2banKeepsThemAndOnce) {
  ban::JailSpec spec;
  spec.ignoreip = {"127.0.0.1/8",
                   "127.0.0.0/8",
                   "10.0.0.0/255.0.0.0",
                   "::ffff:1.2.3.4",
                   "2001:DB8:0:0::1",
                   "192.0.2.1/32",
                   "Mail.example.org",
                   "file:/etc/hosts",
                   "192.0.2.0/99"};
  EXPECT_THAT(ignored(spec),
              testing::ElementsAre("127.0.0.0/8",
                                   "10.0.0.0/8",
                                   "Mail.example.org",
                                   "file:/etc/hosts",
                                   "192.0.2.0/99",
                                   "1.2.3.4",
                                   "2001:db8::1",
                                   "192.0.2.1"));
}

TEST(IgnoredSettings, ComeOnceAndGoHoweverTheyAreWritten) {
  ban::JailSpec spec;
  spec.ignoreip = {"127.0.0.1/8"};
  const auto add = [&](const char* text) {
    EXPECT_TRUE(add_to_setting(spec, JailSetting::ignoreip, Value::of(text)));
  };
  const auto remove = [&](const char* text) {
    return remove_from_setting(spec, JailSetting::ignoreip, Value::of(text));
  };
  add("192.0.2.1/32");
  add("192.0.2.1");
  EXPECT_THAT(ignored(spec), testing::ElementsAre("127.0.0.0/8", "192.0.2.1"));
  EXPECT_TRUE(remove("192.0.2.1"));
  EXPECT_TRUE(remove("127.0.0.0/8"));
  EXPECT_FALSE(remove("127.0.0.0/8"));
  EXPECT_THAT(ignored(spec), testing::IsEmpty());
}

}  // namespace
}  // namespace spranga::daemon
