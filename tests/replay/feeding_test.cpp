#include "replay/feeding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::replay {
namespace {

using testing::ElementsAre;

ban::JailSpec jail(const std::string& name, std::vector<std::string> globs) {
  ban::JailSpec out;
  out.name = name;
  for (auto& glob : globs) {
    out.logpath.push_back({std::move(glob)});
  }
  return out;
}

FileName file(const std::string& path, bool is_journal = false) {
  return {path, path, "", is_journal};
}

TEST(Rotation, TakesOffWhatLogrotateAdds) {
  for (const auto* path : {"/l/mail.log.1",
                           "/l/mail.log.2.gz",
                           "/l/mail.log.10.xz",
                           "/l/mail.log.3.zst",
                           "/l/mail.log-20261124",
                           "/l/mail.log-20261124.gz",
                           "/l/mail.log-1763999733.gz",
                           "/l/mail.log-2026-11-24.bz2",
                           "/l/mail.log.gz"}) {
    EXPECT_EQ(names_before_rotation(path).back(), "/l/mail.log") << path;
  }
}

TEST(Rotation, LeavesOtherNamesAlone) {
  EXPECT_THAT(names_before_rotation("/l/node-2"), ElementsAre("/l/node-2"));
  EXPECT_THAT(names_before_rotation("/l/mail.log"), ElementsAre("/l/mail.log"));
  EXPECT_THAT(names_before_rotation("/l/v1.x"), ElementsAre("/l/v1.x"));
}

TEST(Feeding, GivesAFileToTheJailsWhoseLogpathNamesIt) {
  const std::vector jails = {jail("a", {"/var/log/mail.log"}),
                             jail("b", {"/var/log/auth.log", "/var/log/*mail.log"}),
                             jail("c", {"/srv/*/access.log"})};
  const auto feeding = feed_jails(jails,
                                  {file("/var/log/mail.log.2.gz"),
                                   file("/var/log/auth.log"),
                                   file("/srv/x/access.log"),
                                   file("/srv/x/y/access.log")},
                                  false);
  EXPECT_THAT(feeding.jails_of,
              ElementsAre(ElementsAre(0, 1), ElementsAre(1), ElementsAre(2), ElementsAre(0, 1, 2)));
  EXPECT_THAT(feeding.matched_by_none, ElementsAre("/srv/x/y/access.log"));
}

TEST(Feeding, FollowsALinkToTheNameThatIsMeant) {
  const std::vector jails = {jail("a", {"/data/mail.log"}), jail("b", {"/other"})};
  const FileName link{"mail.log", "/home/x/mail.log", "/data/mail.log", false};
  EXPECT_THAT(feed_jails(jails, {link}, false).jails_of, ElementsAre(ElementsAre(0)));
}

TEST(Feeding, GivesEverythingToChosenJails) {
  const std::vector jails = {jail("a", {"/x"}), jail("b", {})};
  const auto feeding = feed_jails(jails, {file("/y"), {"-", "", "", false}}, true);
  EXPECT_THAT(feeding.jails_of, ElementsAre(ElementsAre(0, 1), ElementsAre(0, 1)));
  EXPECT_TRUE(feeding.matched_by_none.empty());
}

TEST(Feeding, GivesAJournalToTheJailsThatReadOne) {
  auto by_backend = jail("a", {"/x"});
  by_backend.backend = "systemd[journalflags=1]";
  auto by_match = jail("b", {"/x"});
  by_match.filter.journalmatch = {"_COMM=sshd"};
  const std::vector jails = {by_backend, by_match, jail("c", {"/x"})};
  EXPECT_THAT(feed_jails(jails, {file("/j", true)}, false).jails_of,
              ElementsAre(ElementsAre(0, 1)));
}

TEST(Feeding, HidesDottedFilesFromAStar) {
  EXPECT_FALSE(logpath_names(jail("a", {"/l/*.log"}), "/l/.hidden.log"));
}

}  // namespace
}  // namespace spranga::replay
