#include "guard/config/layers.h"

#include <gtest/gtest.h>

#include <string>

#include "guard/config/interpolation.h"
#include "guard/config/paths.h"
#include "tests/guard/config/folder.h"

namespace spranga::guard::config {
namespace {

class LayeredFolder : public testing::Test {
protected:
  [[nodiscard]] std::string value(const std::string& section, const std::string& option) {
    Layers layers(folder_.path(), problems_, false);
    const auto ini = layers.unit("x");
    if (!ini) {
      return "ERROR: " + ini.error().detail;
    }
    if (section != "DEFAULT" && (*ini)->section(section) == nullptr) {
      return "<no section>";
    }
    const auto found = get({**ini, section, nullptr}, option, problems_);
    return !found ? "ERROR: " + found.error().detail : !*found ? "<none>" : (*found)->str();
  }

  test::Folder folder_;
  Problems problems_;
};

TEST_F(LayeredFolder, IsReadInFourLayers) {
  folder_.put("x.conf", "[a]\no = conf\n").put("x.d/b.conf", "[a]\no = d\np = b\n");
  folder_.put("x.d/a.conf", "[a]\np = a\n").put("x.local", "[a]\no = local\n");
  folder_.put("x.d/c.local", "[a]\nq = %(known/o)s\n").put("x.d/no.txt", "broken");
  EXPECT_EQ(value("a", "o"), "local");
  EXPECT_EQ(value("a", "p"), "b");
  EXPECT_EQ(value("a", "q"), "d");
}

TEST_F(LayeredFolder, FollowsIncludesWithTheirLocals) {
  folder_.put("x.conf",
              "[INCLUDES]\nbefore = sub/b.conf\nafter = a.conf\n[s]\no = self\np = self\n");
  folder_.put("sub/b.conf", "[s]\no = before\nq = before\n").put("sub/b.local", "[s]\nq = local\n");
  folder_.put("a.conf", "[s]\np = after\n");
  EXPECT_EQ(value("s", "o"), "self");
  EXPECT_EQ(value("s", "p"), "after");
  EXPECT_EQ(value("s", "q"), "local");
}

TEST_F(LayeredFolder, EndsCirclesOfIncludes) {
  folder_.put("x.conf", "[INCLUDES]\nbefore = y.conf\n[s]\no = x\n");
  folder_.put("y.conf", "[INCLUDES]\nbefore = x.conf\nafter = y.conf\n[s]\no = y\n");
  EXPECT_EQ(value("s", "o"), "x");
}

TEST_F(LayeredFolder, RefusesIncludesThatMultiply) {
  for (int i = 0; i < 40; ++i) {
    const auto name = i == 0 ? "x" : "n" + std::to_string(i);
    const auto next = "n" + std::to_string(i + 1) + ".conf";
    folder_.put(name + ".conf", "[INCLUDES]\nbefore = " + next + "\n  " + next + "\n[s]\n");
  }
  EXPECT_EQ(value("s", "o").substr(0, 6), "ERROR:");
}

TEST_F(LayeredFolder, KeepsConditionalOptionsApart) {
  folder_.put("x.conf", "[Init]\no = 4\n[Init?family=inet6]\no = 6\n");
  EXPECT_EQ(value("Init", "o"), "4");
  EXPECT_EQ(value("Init", "o?family=inet6"), "6");
}

TEST_F(LayeredFolder, FillsInReferences) {
  folder_.put("x.conf",
              "[DEFAULT]\nd = D\n[s]\na = %(b)s %(D)s %%\nb = %(t/c)s\n[t]\nc = C%(d)s\n");
  EXPECT_EQ(value("s", "a"), "CD D %");
  EXPECT_EQ(value("s", "none"), "<none>");
}

TEST_F(LayeredFolder, SaysWhatAReferenceLacksAndWhatMayBeMeant) {
  folder_.put("x.conf", "[s]\nbantime = 1\na = 1\n  %(bantme)s\n");
  EXPECT_EQ(
      value("s", "a"),
      "ERROR: Bad value substitution: option 'a' in section 's' contains an interpolation key "
      "'bantme' which is not a valid option name. Raw value: '1\\n%(bantme)s'");
  ASSERT_EQ(problems_.list.size(), 1U);
  EXPECT_EQ(problems_.list[0].line, 4);
  EXPECT_NE(problems_.list[0].message.find("did you mean %(bantime)s?"), std::string::npos);
}

TEST_F(LayeredFolder, EndsReferencesThatMultiply) {
  std::string text = "[s]\n";
  for (int i = 0; i < 9; ++i) {
    text += "a" + std::to_string(i) + " = ";
    for (int k = 0; k < 40; ++k) {
      text += "%(a" + std::to_string(i + 1) + ")s";
    }
    text += "\n";
  }
  folder_.put("x.conf", text + "a9 = %%" + std::string(1000, 'x') + "\n");
  EXPECT_EQ(value("s", "a0").substr(0, 6), "ERROR:");
}

TEST_F(LayeredFolder, LeavesOutWhatCannotBeRead) {
  folder_.put("x.conf", "[s]\no = 1\n").put("x.local", "[s]\no = \xff\n");
  std::filesystem::create_directories(folder_.path("x.d/folder.conf"));
  EXPECT_EQ(value("s", "o"), "1");
  EXPECT_EQ(problems_.list.size(), 1U);
}

TEST(Paths, AreTakenApartAsInPython) {
  EXPECT_EQ(join("a", "b"), "a/b");
  EXPECT_EQ(join("a/", "/b"), "/b");
  EXPECT_EQ(join("", "b"), "b");
  EXPECT_EQ(dirname("/a//b"), "/a");
  EXPECT_EQ(dirname("/b"), "/");
  EXPECT_EQ(dirname("b"), "");
  EXPECT_EQ(without_extension("/a.d/b"), "/a.d/b");
  EXPECT_EQ(without_extension("a/.b"), "a/.b");
  EXPECT_EQ(without_extension("a/b.c.conf"), "a/b.c");
}

TEST(Paths, AreFoundByPatterns) {
  test::Folder folder;
  folder.put("a1.log", "").put("b2.log", "").put(".h.log", "").put("sub/c3.log", "").put("x]", "");
  const auto found = [&folder](const std::string& pattern) {
    auto out = glob(folder.path(pattern));
    std::sort(out.begin(), out.end());
    std::string names;
    for (const auto& path : out) {
      names += path.substr(folder.path().size() + 1) + " ";
    }
    return names;
  };
  EXPECT_EQ(found("*.log"), "a1.log b2.log ");
  EXPECT_EQ(found("[a-b]?.log"), "a1.log b2.log ");
  EXPECT_EQ(found("[!a]*.log"), "b2.log ");
  EXPECT_EQ(found(".*.log"), ".h.log ");
  EXPECT_EQ(found("*/*.log"), "sub/c3.log ");
  EXPECT_EQ(found("s*/c3.log"), "sub/c3.log ");
  EXPECT_EQ(found("*/"), "sub/ ");
  EXPECT_EQ(found("x[]]"), "x] ");
  EXPECT_EQ(found("none*"), "");
  EXPECT_EQ(found("*a*1*.*l*o*g*"), "a1.log ");
}

}  // namespace
}  // namespace spranga::guard::config
