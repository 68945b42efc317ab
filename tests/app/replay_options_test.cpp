#include "app/replay_options.h"

#include <gtest/gtest.h>

#include "app/parse_arguments.h"

namespace spranga::app {
namespace {

std::string refusal(ReplayRequest& request, const std::vector<std::string>& arguments) {
  const auto options = bind_log_options(request);
  const auto read = parse_arguments(options, arguments);
  return read ? "" : read.error().detail;
}

TEST(ReplayOptions, NameAZoneThatThereIsNot) {
  ReplayRequest request;
  EXPECT_EQ(refusal(request, {"--timezone", "Mars/X"}), "--timezone: Mars/X is no time zone");
  EXPECT_EQ(request.options.timezone, std::nullopt);
  for (const auto* zone : {"UTC", "CET", "+0200", "Europe/Zurich"}) {
    EXPECT_EQ(refusal(request, {"--timezone", zone}), "") << zone;
    EXPECT_EQ(request.options.timezone, zone);
  }
}

}  // namespace
}  // namespace spranga::app
