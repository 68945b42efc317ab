// Axes of the pictures. A picture is as wide as the page and its places are percentages, so letters
// keep their size on every screen.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "render/html_parts.h"

namespace spranga::render {

/// A span of time laid over the width of a picture.
class Axis {
public:
  using Milliseconds = std::chrono::duration<double, std::milli>;

  /// Evenly, from `from` to `to`.
  [[nodiscard]] static Axis even(Milliseconds from, Milliseconds to);

  /// By powers, from above zero.
  [[nodiscard]] static Axis by_powers(Milliseconds from, Milliseconds to);

  /// 0 … 100; what lies outside stands at the edge.
  [[nodiscard]] double percent(Milliseconds at) const;

  /// Times with a round number, five at most on an even axis.
  [[nodiscard]] std::vector<Milliseconds> ticks() const;

private:
  Axis(Milliseconds from, Milliseconds to, bool powers) : from_(from), to_(to), powers_(powers) {}

  Milliseconds from_;
  Milliseconds to_;
  bool powers_;
};

/// An open picture as wide as the page, with a title for those who do not see it.
class [[nodiscard]] Picture {
public:
  Picture(const Sheet& sheet, std::string_view id, int height, std::string_view title);

private:
  Html::Element svg_;
};

/// "12.5%"
[[nodiscard]] std::string at_percent(double percent);

/// Text in a picture; near the edges it stays inside.
void write_label(Html& html, double percent, int y, std::string_view text, std::string_view css);

/// A straight line between two places.
void write_line(Html& html, double x1, double x2, int y1, int y2, std::string_view css);

/// The axis's line at `y` with its numbers below, and a faint line up to `top` at each.
void write_axis(Html& html, const Axis& axis, int top, int y);

/// A circle, a square, a bar with what it means as its title.
void write_dot(Html& html, double percent, int y, std::string_view css, const std::string& title);
void write_bar(
    Html& html, double from, double to, int y, std::string_view css, const std::string& title);

}  // namespace spranga::render
