// The ban test: what came of it in words, pictures and tables.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "render/html_ban_picture.h"
#include "render/html_parts.h"
#include "text/escape.h"

namespace spranga::render {

namespace {

using finding::Ban;
using finding::Report;
using std::chrono::seconds;
using words::Word;

constexpr std::size_t reply_limit = 300;  // bytes

/// A kind of block as the report names it, and as a person does.
struct Kind {
  std::string_view key;
  Word word;
};

constexpr std::array kinds = {Kind{"refused", Word::html_kind_refused},
                              Kind{"reset", Word::html_kind_reset},
                              Kind{"dropped", Word::html_kind_dropped},
                              Kind{"closed", Word::html_kind_closed},
                              Kind{"hang", Word::html_kind_hang},
                              Kind{"421", Word::html_kind_421},
                              Kind{"450", Word::html_kind_450},
                              Kind{"auth_withdrawn", Word::html_kind_auth_withdrawn}};

std::string kind_text(const Sheet& sheet, const std::string& key) {
  const auto found = std::ranges::find(kinds, key, &Kind::key);
  return found == kinds.end() ? text::escape(key) : sheet.say(found->word);
}

std::string whole_seconds(long count) {
  return span_text(seconds(count));
}

/// "Blocked after 5 wrong passwords."
std::string outcome(const Sheet& sheet, const Ban& ban) {
  if (!ban.attempts) {
    return sheet.say(Word::html_ban_none, {std::to_string(ban.guesses.size())});
  }
  const auto least = std::to_string(*ban.attempts);
  return ban.at_most && *ban.at_most != *ban.attempts
             ? sheet.say(Word::html_ban_after_range, {least, std::to_string(*ban.at_most)})
             : sheet.say(Word::html_ban_after, {least});
}

/// "Shut for 9 min 58 s at least and 10 min 5 s at most."; "" where nobody looked.
std::string lasting(const Sheet& sheet, const Ban& ban) {
  if (!ban.attempts || !ban.at_least_s) {
    return "";
  }
  return ban.at_most_s ? sheet.say(Word::html_ban_lasted,
                                   {whole_seconds(*ban.at_least_s), whole_seconds(*ban.at_most_s)})
                       : sheet.say(Word::html_ban_shut_at_least, {whole_seconds(*ban.at_least_s)});
}

void write_facts(const Sheet& sheet, const Ban& ban) {
  auto& html = sheet.html;
  const auto duration = lasting(sheet, ban);
  html.leaf(
      "p", outcome(sheet, ban) + (duration.empty() ? "" : " " + duration), {{"class", "lead"}});
  if (ban.kind || !ban.ports.empty()) {
    const auto facts = html.element("dl");
    if (ban.kind) {
      html.leaf("dt", sheet.say(Word::html_ban_kind));
      html.leaf("dd", kind_text(sheet, *ban.kind));
    }
    if (!ban.ports.empty()) {
      html.leaf("dt", sheet.say(Word::html_ban_ports));
      html.leaf("dd", fmt::format("{}", fmt::join(ban.ports, ", ")));
    }
  }
}

void write_guess_table(const Sheet& sheet, const Ban& ban) {
  auto& html = sheet.html;
  const auto details = html.element("details");
  html.leaf("summary", sheet.say(Word::html_guess_table, {std::to_string(ban.guesses.size())}));
  const auto table = html.element("table");
  {
    const auto head = html.element("thead");
    const auto row = html.element("tr");
    for (const auto word : {Word::html_column_number,
                            Word::html_column_at,
                            Word::html_column_delay,
                            Word::html_column_reply}) {
      html.leaf("th", sheet.say(word), {{"scope", "col"}});
    }
  }
  const auto body = html.element("tbody");
  int number = 0;
  for (const auto& guess : ban.guesses) {
    const bool answered = !guess.reply.empty();
    const auto row = html.element("tr");
    html.leaf("td", std::to_string(++number));
    html.leaf("td", span_text(guess.at));
    html.leaf("td", answered ? span_text(guess.reply_delay) : "");
    const auto cell = html.element("td");
    if (answered) {
      html.leaf("code", text::escape_clipped(guess.reply, reply_limit));
    } else {
      html.text(sheet.say(Word::html_no_reply));
    }
  }
}

void write_look_table(const Sheet& sheet, const Ban& ban) {
  auto& html = sheet.html;
  const auto details = html.element("details");
  html.leaf("summary", sheet.say(Word::html_look_table, {std::to_string(ban.looks.size())}));
  const auto table = html.element("table");
  {
    const auto head = html.element("thead");
    const auto row = html.element("tr");
    for (const auto word :
         {Word::html_column_shut_for, Word::html_column_port, Word::html_column_door}) {
      html.leaf("th", sheet.say(word), {{"scope", "col"}});
    }
  }
  const auto body = html.element("tbody");
  for (const auto& look : ban.looks) {
    const auto row = html.element("tr");
    html.leaf("td", span_text(look.after));
    html.leaf("td", std::to_string(look.port));
    html.leaf("td", sheet.say(look.open ? Word::html_door_open : Word::html_door_shut));
  }
}

}  // namespace

void write_ban(const Sheet& sheet, const Report& report) {
  if (!report.ban) {
    return;
  }
  auto& html = sheet.html;
  const auto& ban = *report.ban;
  const auto section =
      html.element("section", {{"class", "ban"}, {"aria-labelledby", sheet.id("ban")}});
  sheet.heading(sheet.say(Word::html_ban), {{"id", sheet.id("ban")}});
  write_facts(sheet, ban);
  if (!ban.guesses.empty()) {
    const auto figure = html.element("figure");
    draw_guesses(sheet, ban, outcome(sheet, ban));
    html.leaf("figcaption", sheet.say(Word::html_guesses_legend));
  }
  if (!ban.looks.empty()) {
    const auto figure = html.element("figure");
    draw_door(sheet, ban, lasting(sheet, ban));
    html.leaf("figcaption", sheet.say(Word::html_door_legend));
  }
  if (!ban.guesses.empty()) {
    write_guess_table(sheet, ban);
  }
  if (!ban.looks.empty()) {
    write_look_table(sheet, ban);
  }
}

}  // namespace spranga::render
