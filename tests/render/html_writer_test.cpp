#include "render/html_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace spranga::render {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

TEST(Html, ClosesWhatItOpensFromTheInside) {
  Html html;
  {
    const auto outer = html.element("section", {{"id", "a"}});
    const auto inner = html.element("p");
    html.text("x");
  }
  EXPECT_THAT(html.page(), EndsWith("<section id=\"a\"><p>x</p>\n</section>\n"));
}

TEST(Html, LetsNoTextBecomeMarkup) {
  Html html;
  html.leaf("p", "<script>alert('1')</script> & \"more\"");
  EXPECT_THAT(html.page(),
              EndsWith("<p>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; "
                       "&quot;more&quot;</p>\n"));
}

TEST(Html, LetsNoValueLeaveItsAttribute) {
  Html html;
  html.empty("meta", {{"content", "\" onload=\"x' <b>"}});
  EXPECT_THAT(html.page(), EndsWith("<meta content=\"&quot; onload=&quot;x&#39; &lt;b&gt;\"/>\n"));
}

TEST(Html, MakesBytesVisibleThatAreNoText) {
  Html html;
  html.leaf("p", std::string("a\0b\x1b[2J\xff\r\n\u202e", 13));
  EXPECT_THAT(html.page(), HasSubstr("a\\0b\\x1B[2J\\xFF\\r\\n\\u{202E}"));
}

TEST(Html, EscapesOnceWhatIsEscapedAlready) {
  Html html;
  html.text("\\x1B");
  EXPECT_THAT(html.page(), EndsWith("\n\\x1B"));
}

TEST(Html, PutsNoBlankBehindAnElementWithinALine) {
  Html html;
  html.leaf("strong", "a");
  html.text("b");
  EXPECT_THAT(html.page(), EndsWith("<strong>a</strong>b"));
}

TEST(Html, EndsALineOnlyWhereItIsAskedTo) {
  Html html;
  html.text("one");
  html.line_end();
  html.text("two\n");
  EXPECT_THAT(html.page(), EndsWith("one\ntwo\\n"));
}

TEST(Html, OfEachByteIsUtf8WithoutControlCharacters) {
  Html html;
  for (int byte = 0; byte < 256; ++byte) {
    html.text(std::string(1, static_cast<char>(byte)));
  }
  for (const char c : html.page()) {
    EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
  }
  EXPECT_THAT(html.page(), Not(HasSubstr("\xff")));
}

}  // namespace
}  // namespace spranga::render
