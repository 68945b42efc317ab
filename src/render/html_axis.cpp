#include "render/html_axis.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace spranga::render {

namespace {

using Milliseconds = Axis::Milliseconds;

constexpr int bar_height = 8;

/// The next of 1, 2, 5, 10, 20, … in milliseconds, then in minutes and hours.
Milliseconds round_step(Milliseconds least) {
  constexpr std::array factors = {1.0, 2.0, 5.0};
  constexpr double minute = 60'000;
  constexpr std::array long_steps = {
      minute, 2 * minute, 5 * minute, 10 * minute, 20 * minute, 60 * minute, 120 * minute};
  if (least.count() > minute / 2) {
    for (const double step : long_steps) {
      if (step >= least.count()) {
        return Milliseconds(step);
      }
    }
  }
  for (double power = 1;; power *= 10) {
    for (const double factor : factors) {
      if (factor * power >= least.count()) {
        return Milliseconds(factor * power);
      }
    }
  }
}

std::string tick_text(Milliseconds at) {
  return span_text(std::chrono::milliseconds(std::llround(at.count())));
}

}  // namespace

Axis Axis::even(Milliseconds from, Milliseconds to) {
  return {from, std::max(to, from + Milliseconds(1)), false};
}

Axis Axis::by_powers(Milliseconds from, Milliseconds to) {
  const auto lowest = std::max(from, Milliseconds(1));
  return {lowest, std::max(to, lowest * 2), true};
}

double Axis::percent(Milliseconds at) const {
  const auto inside = std::clamp(at, from_, to_);
  return powers_ ? 100 * std::log(inside / from_) / std::log(to_ / from_)
                 : 100 * (inside - from_) / (to_ - from_);
}

std::vector<Milliseconds> Axis::ticks() const {
  std::vector<Milliseconds> out;
  if (powers_) {
    using namespace std::chrono_literals;
    constexpr std::array<std::chrono::seconds, 8> round = {1s, 10s, 1min, 10min, 1h, 3h, 24h, 240h};
    for (const auto at : round) {
      if (at >= from_ && at <= to_) {
        out.emplace_back(at);
      }
    }
    return out;
  }
  constexpr int most = 4;  // intervals
  const auto step = round_step((to_ - from_) / most);
  for (auto at = std::ceil(from_ / step) * step; at <= to_; at += step) {
    out.push_back(at);
  }
  return out;
}

Picture::Picture(const Sheet& sheet, std::string_view id, int height, std::string_view title)
    : svg_(sheet.html.element("svg",
                              {{"role", "img"},
                               {"class", "chart"},
                               {"width", "100%"},
                               {"height", std::to_string(height)},
                               {"aria-labelledby", sheet.id(id)}})) {
  sheet.html.leaf("title", title, {{"id", sheet.id(id)}});
}

std::string at_percent(double percent) {
  return fmt::format("{:.2f}%", percent);
}

void write_label(Html& html, double percent, int y, std::string_view text, std::string_view css) {
  constexpr std::size_t narrow = 2;  // bytes; such a text is never wide enough to leave the picture
  const std::string anchor = text.size() <= narrow ? "middle"
                             : percent < 8         ? "start"
                             : percent > 92        ? "end"
                                                   : "middle";
  html.leaf("text",
            text,
            {{"x", at_percent(percent)},
             {"y", std::to_string(y)},
             {"text-anchor", anchor},
             {"class", std::string(css)}});
}

void write_line(Html& html, double x1, double x2, int y1, int y2, std::string_view css) {
  html.empty("line",
             {{"x1", at_percent(x1)},
              {"x2", at_percent(x2)},
              {"y1", std::to_string(y1)},
              {"y2", std::to_string(y2)},
              {"class", std::string(css)}});
}

void write_axis(Html& html, const Axis& axis, int top, int y) {
  for (const auto at : axis.ticks()) {
    const auto place = axis.percent(at);
    write_line(html, place, place, top, y, "grid");
    write_label(html, place, y + 15, tick_text(at), "tick");
  }
  write_line(html, 0, 100, y, y, "axis");
}

void write_dot(Html& html, double percent, int y, std::string_view css, const std::string& title) {
  const auto dot = html.element("circle",
                                {{"cx", at_percent(percent)},
                                 {"cy", std::to_string(y)},
                                 {"r", "4.5"},
                                 {"class", std::string(css)}});
  html.leaf("title", title);
}

void write_bar(
    Html& html, double from, double to, int y, std::string_view css, const std::string& title) {
  constexpr double least = 0.7;  // percent; less could not be seen
  const auto begin = std::min(from, 100 - least);
  const auto bar = html.element("rect",
                                {{"x", at_percent(begin)},
                                 {"y", std::to_string(y)},
                                 {"width", at_percent(std::max(to - begin, least))},
                                 {"height", std::to_string(bar_height)},
                                 {"class", std::string(css)}});
  html.leaf("title", title);
}

}  // namespace spranga::render
