#include "net/hosts_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace spranga::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> named(const std::string& text, const std::string& host) {
  const auto path = testing::TempDir() + "hosts_file_test";
  std::ofstream(path) << text;
  std::vector<std::string> out;
  for (const auto& address : named_addresses(path, host)) {
    out.push_back(address.to_string());
  }
  std::filesystem::remove(path);
  return out;
}

TEST(HostsFile, KnowsLocalhostAndTheHostByAllItsNames) {
  const std::string text =
      "127.0.0.1\tlocalhost\n"
      "127.0.1.1  mail.example.org mail\n"
      "# 192.0.2.1 mail\n"
      "192.0.2.5 MAIL.example.org # seen from outside\n"
      "2001:db8::5 mail\n"
      "192.0.2.9 other.example.org\n";
  EXPECT_THAT(named(text, "mail"),
              ElementsAre("127.0.0.1", "127.0.1.1", "192.0.2.5", "2001:db8::5"));
  EXPECT_THAT(named(text, "unknown"), ElementsAre("127.0.0.1"));
  EXPECT_THAT(named(text, ""), ElementsAre("127.0.0.1"));
}

TEST(HostsFile, LeavesOutWhatIsNoAddress) {
  EXPECT_THAT(named("999.1.1.1 mail\nmail 192.0.2.1\n192.0.2.2\n\n", "mail"), IsEmpty());
}

TEST(HostsFile, GivesNothingWhereItCannotBeRead) {
  EXPECT_THAT(named_addresses("/nonexistent/hosts", "mail"), IsEmpty());
}

}  // namespace
}  // namespace spranga::net
