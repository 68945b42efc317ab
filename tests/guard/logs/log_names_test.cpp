#include "guard/logs/log_names.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "guard/logs/log_walk.h"
#include "guard/logs/sha1.h"
#include "tests/guard/logs/log_folder.h"

namespace spranga::guard {
namespace {

TEST(LogNames, KnowWhatRotationMakesOfALog) {
  for (const auto* name : {"/l/mail.log.1",
                           "/l/mail.log.2.gz",
                           "/l/mail.log-20261129",
                           "/l/mail.log-2026-11-29.xz",
                           "/l/mail-20261129.log",
                           "/l/mail.log.old"}) {
    EXPECT_TRUE(is_rotation_of("/l/mail.log", name)) << name;
    EXPECT_TRUE(glob_names(rotations_glob("/l/mail.log"), name)) << name;
    EXPECT_TRUE(may_open({"/l/*.log"}, name)) << name;
  }
  for (const auto* name :
       {"/l/mail.log", "/l/mail.err", "/l/mail.log.d", "/x/mail.log.1", "/l/mail.login"}) {
    EXPECT_FALSE(is_rotation_of("/l/mail.log", name)) << name;
  }
}

TEST(LogNames, AllowWhatTheConfigurationNamesAndNoMore) {
  const std::vector<std::string> patterns = {"/var/log/mail.log", "/srv/*/log/[a]*.log"};
  EXPECT_TRUE(may_open(patterns, "/var/log/mail.log"));
  EXPECT_TRUE(may_open(patterns, "/srv/x/log/a.log"));
  EXPECT_TRUE(may_expand(patterns, rotations_glob("/srv/[x]/log/a.log")));
  EXPECT_TRUE(may_expand(patterns, "/srv/*"));
  EXPECT_TRUE(may_watch(patterns, "/srv/x"));
  EXPECT_TRUE(may_watch(patterns, "/"));
  for (const auto* path : {"/etc/shadow",
                           "/var/log/auth.log",
                           "/srv/x/y/log/a.log",
                           "/srv/.x/log/a.log",
                           "/var/log/../../etc/shadow",
                           "/srv/x/log/b.log"}) {
    EXPECT_FALSE(may_open(patterns, path)) << path;
  }
  EXPECT_FALSE(may_open(patterns, std::string("/var/log/mail.log\0x", 19)));
  EXPECT_FALSE(may_watch(patterns, "/root"));
  EXPECT_FALSE(may_watch(patterns, "/srv/x/log/deeper"));
  EXPECT_FALSE(may_expand(patterns, "/etc/*"));
}

TEST(LogWalk, FollowsALinkOnlyWhereRootAloneCouldHaveMadeIt) {
  const LogFolder folder;  // below a folder where everybody may write
  const auto log = folder.write("a.log", "one\n");
  const auto link = folder.path() + "/link.log";
  ASSERT_EQ(::symlink(log.c_str(), link.c_str()), 0);
  EXPECT_TRUE(walk_to_log(log, Links::trusted));
  EXPECT_EQ(walk_to_log(link, Links::trusted).error().code, Errc::denied);
  EXPECT_TRUE(walk_to_log(link, Links::any));
  std::filesystem::create_directory_symlink(folder.path(), folder.path() + "/down");
  EXPECT_EQ(walk_to_log(folder.path() + "/down/a.log", Links::trusted).error().code, Errc::denied);
  EXPECT_TRUE(walk_to_log(folder.path() + "/down/down/a.log", Links::any));
  ASSERT_EQ(::symlink("round.log", (folder.path() + "/round.log").c_str()), 0);
  EXPECT_FALSE(walk_to_log(folder.path() + "/round.log", Links::any));
  if (std::filesystem::is_symlink("/etc/os-release")) {  // root's, all the way
    EXPECT_TRUE(walk_to_log("/etc/os-release", Links::trusted));
  }
}

TEST(LogWalk, RefusesWhatIsNoPathFromTheRoot) {
  EXPECT_EQ(walk_to_log("etc/hostname", Links::any).error().code, Errc::denied);
  EXPECT_EQ(walk_to_log("/none/x", Links::any).error().code, Errc::not_found);
  EXPECT_EQ(walk_to_log("/etc/passwd/x", Links::any).error().code, Errc::not_found);
  EXPECT_EQ(walk_to_log("/dev/null", Links::any).error().code, Errc::denied);
  EXPECT_FALSE(walk_to_folder("/etc/passwd", Links::any));
}

TEST(Sha1, IsThatOfTheStandard) {
  EXPECT_EQ(sha1_hex(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(sha1_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  for (std::size_t length = 50; length < 70; ++length) {  // around the end of a block, in pieces
    const std::string bytes(length, 'x');
    Sha1 sum;
    sum.add(bytes.substr(0, 7));
    sum.add(bytes.substr(7));
    EXPECT_EQ(sum.hex(), sha1_hex(bytes));
  }
}

TEST(Sha1, IsWhatRealFail2banKeepsOfAFirstLine) {
  // Debian 12's FileContainer of a file that begins with this line.
  EXPECT_EQ(sha1_hex("first \xff line\r\n"), "a29e4e4d8174eda724c1a4de9ece15020df2f52b");
}

}  // namespace
}  // namespace spranga::guard
