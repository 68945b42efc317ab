// The connections of a run: a picture with a lane for each, and every line of them.
#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "render/html_axis.h"
#include "render/text_report.h"
#include "text/escape.h"

namespace spranga::render {

namespace {

using finding::Dialogue;
using finding::Report;
using words::Word;

constexpr int lane_height = 32;
constexpr int address_height = 24;
constexpr std::size_t longest_purpose = 20;  // bytes; a phone is narrow
constexpr std::size_t longest_version = 8;
constexpr int most_lanes = 60;
constexpr std::size_t dialogue_line = 4000;  // bytes

/// One connection as the picture shows it.
struct Lane {
  std::string address;  // "" where it is that of the lane before
  std::string name;     // "3 · port 587 · A1 A2 · TLS 1.3"
  std::chrono::microseconds from{0};
  std::chrono::microseconds to{0};
  std::optional<std::chrono::microseconds> tls_from;
  std::string tls_version;
  bool cut{false};  // it ended by an event, not by our QUIT
};

/// When the ban test began, which has a picture of its own: minutes long, it would leave the rest
/// no room here.
std::chrono::microseconds ban_test_start(const Report& report) {
  auto start = std::chrono::microseconds::max();
  for (const auto& dialogue : report.dialogues) {
    if (report.ban && dialogue.purpose == "guess" && !dialogue.lines.empty()) {
      start = std::min(start, dialogue.lines.front().at);
    }
  }
  return start;
}

Lane lane_of(const Sheet& sheet, const Report& report, const Dialogue& dialogue, int number) {
  finding::Where where = dialogue.where;
  where.tls = false;  // the picture shows from when
  where.address.reset();
  Lane lane;
  lane.address = report.hosts.size() < 2 ? "" : dialogue.where.address.value_or("");
  lane.name =
      fmt::format("{} · {} · {}",
                  number,
                  place(where, sheet.style),
                  text::escape_clipped(purpose_text(dialogue, sheet.style), longest_purpose));
  lane.from = dialogue.lines.front().at;
  lane.to = dialogue.lines.back().at;
  const auto tls = std::ranges::find(dialogue.lines, true, &finding::Line::tls);
  if (tls != dialogue.lines.end()) {
    lane.tls_from = tls->at;
    lane.tls_version =
        text::escape_clipped(tls->text.substr(0, tls->text.find(',')), longest_version);
    lane.name += " · " + lane.tls_version;
  }
  const auto last = std::prev(dialogue.lines.end());
  lane.cut = last->direction == finding::Direction::event && last != tls;
  return lane;
}

std::string text_of(std::chrono::microseconds at) {
  return span_text(std::chrono::round<std::chrono::milliseconds>(at));
}

void draw_lane(const Sheet& sheet, const Lane& lane, const Axis& axis, int y) {
  auto& html = sheet.html;
  html.leaf("text", lane.name, {{"x", "0"}, {"y", std::to_string(y + 13)}, {"class", "lane"}});
  const auto from = axis.percent(lane.from);
  const auto to = axis.percent(lane.to);
  const auto turn = lane.tls_from ? axis.percent(*lane.tls_from) : to;
  const auto bar_y = y + 18;
  write_line(html, 0, 100, bar_y + 4, bar_y + 4, "grid");
  if (!lane.tls_from || *lane.tls_from > lane.from) {
    write_bar(html,
              from,
              turn,
              bar_y,
              "clear",
              sheet.say(Word::html_lane_clear,
                        {text_of(lane.from), text_of(lane.tls_from.value_or(lane.to))}));
  }
  if (lane.tls_from) {
    write_bar(html,
              turn,
              to,
              bar_y,
              "tls",
              sheet.say(Word::html_lane_tls,
                        {text_of(*lane.tls_from), text_of(lane.to), lane.tls_version}));
  }
  if (lane.cut) {
    write_label(html, std::min(to + 2, 100.0), bar_y + 9, "×", "cut");
  }
}

std::vector<Lane> lanes_of(const Sheet& sheet, const Report& report) {
  std::vector<Lane> lanes;
  const auto end = ban_test_start(report);
  std::string before;
  int number = 0;
  for (const auto& dialogue : report.dialogues) {
    ++number;
    if (!dialogue.lines.empty() && dialogue.lines.front().at < end) {
      lanes.push_back(lane_of(sheet, report, dialogue, number));
      auto& address = lanes.back().address;
      address = std::exchange(before, address) == address ? "" : address;
    }
  }
  return lanes;
}

void draw_lanes(const Sheet& sheet, const std::vector<Lane>& lanes) {
  auto& html = sheet.html;
  const auto first = std::ranges::min_element(lanes, {}, &Lane::from)->from;
  const auto last = std::ranges::max_element(lanes, {}, &Lane::to)->to;
  const auto axis =
      Axis::even(std::min(first, std::chrono::microseconds(0)), Axis::Milliseconds(last) * 1.02);
  const auto addresses =
      std::ranges::count_if(lanes, [](const Lane& lane) { return !lane.address.empty(); });
  const int height = lane_height * static_cast<int>(lanes.size()) +
                     address_height * static_cast<int>(addresses) + 6;
  const Picture picture(
      sheet,
      "lanes-title",
      height + 22,
      sheet.say(Word::html_timeline_title, {std::to_string(lanes.size()), text_of(last)}));
  write_axis(html, axis, 0, height);
  int y = 0;
  for (const auto& lane : lanes) {
    if (!lane.address.empty()) {
      y += address_height;
      html.leaf(
          "text", lane.address, {{"x", "0"}, {"y", std::to_string(y - 4)}, {"class", "address"}});
    }
    draw_lane(sheet, lane, axis, y);
    y += lane_height;
  }
}

}  // namespace

void write_timeline(const Sheet& sheet, const Report& report) {
  auto lanes = lanes_of(sheet, report);
  if (lanes.empty()) {
    return;
  }
  auto& html = sheet.html;
  const auto section =
      html.element("section", {{"class", "timeline"}, {"aria-labelledby", sheet.id("timeline")}});
  sheet.heading(sheet.say(Word::html_timeline), {{"id", sheet.id("timeline")}});
  const auto left_out = static_cast<int>(lanes.size()) - most_lanes;
  if (left_out > 0) {
    lanes.resize(most_lanes);
  }
  const auto figure = html.element("figure");
  draw_lanes(sheet, lanes);
  const auto caption = html.element("figcaption");
  html.leaf("p", sheet.say(Word::html_timeline_legend));
  if (left_out > 0) {
    html.leaf("p", sheet.say(Word::html_timeline_more, {std::to_string(left_out)}));
  }
}

void write_dialogues(const Sheet& sheet, const Report& report) {
  if (report.dialogues.empty()) {
    return;
  }
  auto& html = sheet.html;
  const auto section =
      html.element("section", {{"class", "dialogues"}, {"aria-labelledby", sheet.id("dialogues")}});
  sheet.heading(sheet.say(Word::report_dialogues), {{"id", sheet.id("dialogues")}});
  html.leaf("p", sheet.say(Word::report_legend) + ". " + sheet.say(Word::html_dialogue_legend));
  int number = 0;
  for (const auto& dialogue : report.dialogues) {
    const auto details = html.element("details");
    html.leaf("summary",
              fmt::format("{} {} · {}",
                          sheet.say(Word::report_dialogue_title, {std::to_string(++number)}),
                          purpose_text(dialogue, sheet.style),
                          place(dialogue.where, sheet.style)));
    write_lines(sheet, dialogue.lines, dialogue_line);
  }
}

}  // namespace spranga::render
