#include "check/time_text.h"

#include <fmt/core.h>

#include <array>
#include <ctime>

namespace spranga::check {

std::string span_text(Milliseconds span) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(span).count();
  const auto hours = seconds / 3600;
  const auto minutes = seconds / 60 % 60;
  const auto rest = seconds % 60;
  if (hours > 0) {
    return minutes == 0 ? fmt::format("{} h", hours) : fmt::format("{} h {} min", hours, minutes);
  }
  if (minutes > 0) {
    return rest == 0 ? fmt::format("{} min", minutes) : fmt::format("{} min {} s", minutes, rest);
  }
  return fmt::format("{} s", rest);
}

std::string clock_text(std::chrono::system_clock::time_point when) {
  const auto minute = std::chrono::ceil<std::chrono::minutes>(when);
  const auto seconds = std::chrono::system_clock::to_time_t(minute);
  std::tm parts{};
  std::array<char, 32> text{};
  if (::localtime_r(&seconds, &parts) == nullptr ||
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &parts) == 0) {
    return "?";
  }
  return text.data();
}

}  // namespace spranga::check
