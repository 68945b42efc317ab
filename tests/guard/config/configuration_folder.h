// A folder with a small configuration: a filter, an action, and the jails that a test puts there.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "guard/config/configuration.h"
#include "tests/guard/config/folder.h"

namespace spranga::guard::config::test {

inline constexpr auto mail_filter =
    "[Definition]\n_from = from <HOST>\nfailregex = ^bad %(_from)s$\n            ^worse <kind> "
    "<HOST>$\n"
    "ignoreregex =\nkind = usual\nweakregex = ^weak <kind> <HOST>$\n";

class ConfigurationFolder : public testing::Test {
protected:
  ConfigurationFolder() {
    folder_.put("fail2ban.conf", "[Definition]\nlogtarget = STDERR\n");
    folder_.put("filter.d/mail.conf", mail_filter);
    folder_.put("action.d/show.conf", "[Definition]\nactionban = ban <ip>\n");
  }

  [[nodiscard]] Configuration loaded(const std::string& jails, LoadOptions options = {}) {
    folder_.put("jail.conf", jails);
    options.compat = options.compat ? options.compat : ban::Compat::v1_0;
    auto configuration = load(folder_.path(), options);
    EXPECT_TRUE(configuration) << configuration.error().detail;
    return configuration ? std::move(*configuration) : Configuration();
  }

  [[nodiscard]] static std::string errors(const Configuration& configuration) {
    std::string out;
    for (const auto& problem : configuration.problems) {
      out += problem.severity == Problem::Severity::error ? to_text(problem) + "\n" : "";
    }
    return out;
  }

  [[nodiscard]] static std::string warnings(const Configuration& configuration) {
    std::string out;
    for (const auto& problem : configuration.problems) {
      out += problem.severity == Problem::Severity::warning ? to_text(problem) + "\n" : "";
    }
    return out;
  }

  [[nodiscard]] static std::string names(const Configuration& configuration) {
    std::string out;
    for (const auto& jail : configuration.jails) {
      out += (out.empty() ? "" : " ") + jail.name;
    }
    return out;
  }

  test::Folder folder_;
};

}  // namespace spranga::guard::config::test
