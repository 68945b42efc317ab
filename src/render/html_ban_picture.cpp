#include "render/html_ban_picture.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

#include "render/html_axis.h"

namespace spranga::render {

namespace {

using finding::Ban;
using finding::DoorLook;
using finding::Guess;
using std::chrono::milliseconds;
using std::chrono::seconds;
using words::Word;

constexpr int guess_top = 46;    // of the slowest reply
constexpr int guess_base = 124;  // of a reply without delay
constexpr int guess_clock = guess_base + 30;
constexpr int door_lane = 36;
constexpr seconds rule_time = std::chrono::hours(3);

/// Numbers below the guesses, where they do not stand over one another.
class Spacing {
public:
  [[nodiscard]] bool has_room(double percent) {
    constexpr double least = 5;
    if (last_ && percent - *last_ < least) {
      return false;
    }
    last_ = percent;
    return true;
  }

private:
  std::optional<double> last_;
};

/// Where a guess stands. The block, where there is one, stands to the right of all.
class GuessPlace {
public:
  explicit GuessPlace(const Ban& ban)
      : time_(Axis::even(milliseconds(0), ban.guesses.back().at)),
        slowest_(*std::ranges::max_element(ban.guesses, {}, &Guess::reply_delay)),
        width_(ban.attempts ? 80 : 94) {}

  [[nodiscard]] double x(Axis::Milliseconds at) const {
    constexpr double margin = 3;
    return margin + time_.percent(at) * width_ / 100;
  }

  [[nodiscard]] int y(milliseconds delay) const {
    const auto most = std::max(slowest_.reply_delay, milliseconds(1));
    return guess_base - static_cast<int>((guess_base - guess_top) * delay / most);
  }

  [[nodiscard]] const Guess& slowest() const { return slowest_; }

  [[nodiscard]] std::vector<Axis::Milliseconds> ticks() const { return time_.ticks(); }

private:
  Axis time_;
  const Guess& slowest_;
  double width_;
};

void draw_guess(const Sheet& sheet, const Guess& guess, int number, const GuessPlace& place) {
  const auto x = place.x(guess.at);
  const auto y = place.y(guess.reply_delay);
  const auto name = std::to_string(number);
  const auto when = span_text(guess.at);
  write_line(sheet.html, x, x, guess_base, y, "stem");
  if (guess.reply.empty()) {
    write_label(sheet.html, x, guess_base + 4, "×", "cut");
    return;
  }
  write_dot(sheet.html,
            x,
            y,
            "answered",
            sheet.say(Word::html_guess_answered, {name, when, span_text(guess.reply_delay)}));
}

void draw_guess_clock(const Sheet& sheet, const GuessPlace& place, const Ban& ban) {
  auto& html = sheet.html;
  write_line(html,
             place.x(milliseconds(0)),
             place.x(ban.guesses.back().at),
             guess_clock,
             guess_clock,
             "axis");
  for (const auto at : place.ticks()) {
    const auto x = place.x(at);
    write_line(html, x, x, guess_clock, guess_clock + 5, "axis");
    write_label(html, x, guess_clock + 18, span_text(std::chrono::round<milliseconds>(at)), "tick");
  }
}

/// The looks at one port, in order.
void draw_door_lane(
    const Sheet& sheet, int port, const std::vector<DoorLook>& looks, const Axis& axis, int y) {
  auto& html = sheet.html;
  const auto opened = std::ranges::find(looks, true, &DoorLook::open);
  html.leaf("text",
            sheet.say(Word::where_port, {std::to_string(port)}),
            {{"x", "0"}, {"y", std::to_string(y + 13)}, {"class", "lane"}});
  double shut_until = 0;
  if (opened != looks.begin()) {
    const auto& last = *std::prev(opened);
    shut_until = axis.percent(last.after);
    write_bar(html,
              0,
              shut_until,
              y + 19,
              "shut",
              sheet.say(Word::html_shut_until, {span_text(last.after)}));
  }
  if (opened != looks.end()) {
    write_bar(html,
              shut_until,
              axis.percent(opened->after),
              y + 19,
              "unsure",
              sheet.say(Word::html_opened_before, {span_text(opened->after)}));
  }
  for (const auto& look : looks) {
    const auto word = look.open ? Word::html_look_open : Word::html_look_shut;
    write_dot(html,
              axis.percent(look.after),
              y + 23,
              look.open ? "open" : "shut",
              sheet.say(word, {span_text(look.after)}));
  }
}

Axis door_axis(const Ban& ban) {
  const auto [first, last] = std::ranges::minmax(ban.looks, {}, &DoorLook::after);
  const auto from = std::clamp(first.after, seconds(1), seconds(60));
  const auto to = std::max(last.after, rule_time);
  return Axis::by_powers(from, to * 3 / 2);
}

}  // namespace

void draw_guesses(const Sheet& sheet, const Ban& ban, const std::string& title) {
  auto& html = sheet.html;
  const GuessPlace place(ban);
  const Picture picture(sheet, "guesses-title", guess_clock + 24, title);
  write_line(html, 0, 100, guess_base, guess_base, "axis");
  Spacing spacing;
  int number = 0;
  for (const auto& guess : ban.guesses) {
    draw_guess(sheet, guess, ++number, place);
    if (const auto x = place.x(guess.at); spacing.has_room(x)) {
      write_label(html, x, guess_base + 19, std::to_string(number), "number");
    }
  }
  draw_guess_clock(sheet, place, ban);
  if (const auto& slowest = place.slowest(); slowest.reply_delay > milliseconds(0)) {
    write_label(html, place.x(slowest.at), guess_top - 10, span_text(slowest.reply_delay), "tick");
  }
  if (ban.attempts) {
    constexpr double block = 94;
    write_line(html, block, block, 22, guess_base, "block");
    write_label(html, block, 14, sheet.say(Word::html_blocked), "block-label");
  }
}

void draw_door(const Sheet& sheet, const Ban& ban, const std::string& title) {
  auto& html = sheet.html;
  std::map<int, std::vector<DoorLook>> ports;
  for (const auto& look : ban.looks) {
    ports[look.port].push_back(look);
  }
  constexpr int head = 20;
  const auto axis = door_axis(ban);
  const int bottom = head + door_lane * static_cast<int>(ports.size()) + 4;
  const Picture picture(sheet, "door-title", bottom + 22, title);
  write_axis(html, axis, head, bottom);
  const auto limit = axis.percent(rule_time);
  write_line(html, limit, limit, head, bottom, "limit");
  write_label(html, limit, 13, sheet.say(Word::html_rule_time), "limit-label");
  int y = head;
  for (auto& [port, looks] : ports) {
    std::ranges::sort(looks, {}, &DoorLook::after);
    draw_door_lane(sheet, port, looks, axis, y);
    y += door_lane;
  }
}

}  // namespace spranga::render
