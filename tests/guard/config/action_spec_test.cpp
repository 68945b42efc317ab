// What an action becomes for the guard: the same that the -d list says of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "guard/config/dump.h"
#include "guard/config/python_text.h"
#include "guard/config/term.h"
#include "tests/guard/config/configuration_folder.h"

namespace spranga::guard::config::test {
namespace {

using testing::HasSubstr;

constexpr auto jail = "[mail]\nenabled = true\nfilter = mail\nlogpath = /dev/null\naction = ";

class ActionSpecs : public ConfigurationFolder {
protected:
  [[nodiscard]] ban::ActionSpec only(const std::string& action) {
    const auto out = loaded(jail + action + "\n");
    EXPECT_EQ(names(out), "mail") << errors(out);
    said_ = warnings(out);
    if (out.jails.empty() || out.jails.front().actions.size() != 1) {
      ADD_FAILURE() << "not one action";
      return {};
    }
    return out.jails.front().actions.front();
  }

  std::string said_;
};

/// The options as the list shows them.
std::string listed(const ban::ActionSpec& action) {
  std::string out;
  for (const auto& [name, value] : action.options) {
    const bool literal = value == "True" || value == "False";
    out += (out.empty() ? "[" : ", [") + repr(name) + ", " + (literal ? value : repr(value)) + "]";
  }
  return "[" + out + "]";
}

TEST_F(ActionSpecs, HaveTheOptionsOfTheList) {
  folder_.put(
      "action.d/full.conf",
      "[Definition]\nactionstart = <tool> new <name>\nactionban = <tool> add '<ip>' <kind>\n"
      "actionunban =\nnorestored = yes\nbantime = 7\n"
      "[Init]\ntool = nft\nkind = four\nport = 0:65535\n[Init?family=inet6]\nkind = six\n");
  const auto action = only("full[name=x, port=\"ssh,80\", actionstart_on_demand=no]");
  EXPECT_EQ(action.name, "full-x");
  EXPECT_EQ(action.file, "full");
  EXPECT_FALSE(action.is_script);
  DumpOptions options;
  options.compat = ban::Compat::v1_0;
  const auto list = dump(folder_.path(), options);
  ASSERT_TRUE(list.commands);
  std::string text;
  for (const auto& command : *list.commands) {
    text += to_text(command) + "\n";
  }
  EXPECT_THAT(text, HasSubstr("['multi-set', 'mail', 'action', 'full-x', " + listed(action) + "]"));
}

TEST_F(ActionSpecs, OfAScriptAreItsParameters) {
  folder_.put("action.d/post.py", "class Action: pass\n");
  const auto action = only("post.py[dest=\"a@example.org, b@example.org\", host=mail]");
  EXPECT_TRUE(action.is_script);
  EXPECT_EQ(action.name, "post");
  EXPECT_EQ(action.file, folder_.path("action.d/post.py"));
  ASSERT_NE(action.option("dest"), nullptr);
  EXPECT_EQ(*action.option("dest"), "a@example.org, b@example.org");
}

TEST_F(ActionSpecs, TakeTheirTimeoutAsFail2banWritesTimes) {
  using std::chrono::milliseconds;
  EXPECT_EQ(only("show").timeout, milliseconds(60'000));
  EXPECT_EQ(only("show[timeout=1m30s]").timeout, milliseconds(90'000));
  EXPECT_EQ(only("show[timeout=0.5]").timeout, milliseconds(500));
  EXPECT_EQ(said_, "");
  EXPECT_EQ(only("show[timeout=soon]").timeout, milliseconds(60'000));
  EXPECT_THAT(said_, HasSubstr("timeout = soon is no time; 60 seconds hold"));
}

}  // namespace
}  // namespace spranga::guard::config::test
