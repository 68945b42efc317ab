#include "guard/mail/ban_text.h"

#include <algorithm>
#include <chrono>

#include "text/ascii.h"
#include "text/shell_word.h"
#include "text/utf8.h"
#include "words/phrase.h"

namespace spranga::guard::mail {

namespace {

using words::Word;

std::string say(const Teller& teller, Word word, std::vector<std::string> values = {}) {
  return words::say(word, std::move(values), teller.language);
}

/// "3h", "2d 4h": two units at most.
std::string length_of(const Teller& teller, std::chrono::seconds length) {
  struct Unit {
    long size;
    Word one;
    Word many;
  };

  static constexpr Unit units[] = {{86'400, Word::mail_day, Word::mail_days},
                                   {3'600, Word::mail_hour, Word::mail_hours},
                                   {60, Word::mail_minute, Word::mail_minutes},
                                   {1, Word::mail_second, Word::mail_seconds}};
  std::string out;
  long rest = std::max<long>(0, length.count());
  int told = 0;
  for (const auto& unit : units) {
    const long count = rest / unit.size;
    if (count > 0 && told < 2) {
      out += (out.empty() ? "" : " ") +
             say(teller, count == 1 ? unit.one : unit.many, {std::to_string(count)});
      rest %= unit.size;
      ++told;
    } else if (told > 0) {
      break;
    }
  }
  return out.empty() ? say(teller, Word::mail_seconds, {"0"}) : out;
}

std::string until_text(const Teller& teller, const ban::Ban& ban) {
  if (!ban.until) {
    return say(teller, Word::mail_for_good);
  }
  const auto length = std::chrono::round<std::chrono::seconds>(*ban.until - ban.since);
  return teller.time_text(*ban.until) + " (" + length_of(teller, length) + ")";
}

/// Two columns, the first as wide as its longest label.
class Table {
public:
  void add(std::string label, std::string value) {
    width_ = std::max(width_, text::count_characters(label));
    rows_.emplace_back(std::move(label), std::move(value));
  }

  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& [label, value] : rows_) {
      out += "  ";
      out += label;
      out.append(width_ - text::count_characters(label) + 2, ' ');
      out += value;
      out += '\n';
    }
    return out;
  }

private:
  std::size_t width_{0};
  std::vector<std::pair<std::string, std::string>> rows_;
};

std::string target_text(const BanNews& news) {
  return value_to_show(news.ban.target) +
         (news.country.empty() ? "" : ", " + value_to_show(news.country));
}

std::string command(const std::string& verb, const BanNews& news) {
  return "  spranga " + verb + " " + text::shell_word(value_to_show(news.ban.target)) + "\n";
}

std::string foot(const Teller& teller) {
  return "\n-- \n" + say(teller, Word::mail_foot, {teller.host}) + "\n";
}

Table facts_of(const Teller& teller, const BanNews& news) {
  const auto& ban = news.ban;
  Table out;
  out.add(say(teller, Word::mail_jail), value_to_show(ban.jail));
  out.add(say(teller, Word::mail_failures), std::to_string(ban.failures));
  out.add(say(teller, Word::mail_since), teller.time_text(ban.since));
  out.add(say(teller, Word::mail_until), until_text(teller, ban));
  if (ban.count > 1) {
    out.add(say(teller, Word::mail_number), std::to_string(ban.count));
  }
  if (!news.user.empty()) {
    out.add(say(teller, Word::mail_user), value_to_show(news.user));
  }
  if (!news.rule.empty()) {
    out.add(say(teller, Word::mail_rule), value_to_show(news.rule));
  }
  return out;
}

std::string names_of(const std::vector<std::string>& jails) {
  constexpr std::size_t most_names = 100;
  std::string out;
  for (std::size_t i = 0; i < std::min(jails.size(), most_names); ++i) {
    out += "  " + value_to_show(jails[i]) + "\n";
  }
  return out + (jails.size() > most_names ? "  …\n" : "");
}

std::string heads_of(const Teller& teller, const Digest& digest) {
  const auto first =
      std::ranges::min_element(digest.bans, {}, [](const BanNews& news) { return news.ban.since; });
  const auto last =
      std::ranges::max_element(digest.bans, {}, [](const BanNews& news) { return news.ban.since; });
  std::string out;
  if (first != digest.bans.end()) {
    const auto from = teller.time_text(first->ban.since);
    out += digest.counted == 1 ? say(teller, Word::mail_digest_head_one, {teller.host, from})
                               : say(teller,
                                     Word::mail_digest_head,
                                     {teller.host,
                                      std::to_string(digest.counted),
                                      from,
                                      teller.time_text(last->ban.since)});
    out += "\n\n";
  }
  if (digest.limit > 0) {
    out += say(teller, Word::mail_digest_limit, {std::to_string(digest.limit)}) + "\n\n";
  }
  Table jails;
  for (const auto& [jail, count] : digest.by_jail) {
    jails.add(value_to_show(jail), std::to_string(count));
  }
  return out + jails.text() + "\n";
}

}  // namespace

Text tell_ban(const Teller& teller, const BanNews& news) {
  Text out;
  const auto target = value_to_show(news.ban.target);
  out.subject =
      say(teller, Word::mail_ban_subject, {value_to_show(news.ban.jail), target, teller.host});
  out.body = say(teller, Word::mail_ban_head, {teller.host, target_text(news)}) + "\n\n" +
             facts_of(teller, news).text();
  if (!news.lines.empty()) {
    out.body += "\n" + say(teller, Word::mail_lines) + "\n";
    for (const auto& line : news.lines) {
      out.body += "  " + line + "\n";
    }
  }
  out.body += "\n" + say(teller, Word::mail_unban) + "\n" + command("unban", news);
  out.body += "\n" + say(teller, Word::mail_why) + "\n" + command("why", news) + foot(teller);
  return out;
}

Text tell_digest(const Teller& teller, const Digest& digest) {
  Text out;
  out.subject = say(teller,
                    digest.counted == 1 ? Word::mail_digest_subject_one : Word::mail_digest_subject,
                    {std::to_string(digest.counted), teller.host});
  out.body = heads_of(teller, digest);
  for (const auto& news : digest.bans) {
    out.body += teller.time_text(news.ban.since) + "  " + target_text(news) + "\n  " +
                say(teller,
                    Word::mail_digest_row,
                    {value_to_show(news.ban.jail),
                     std::to_string(news.ban.failures),
                     until_text(teller, news.ban)}) +
                "\n";
    for (const auto& line : news.lines) {
      out.body += "  " + line + "\n";
    }
  }
  if (digest.counted > digest.bans.size()) {
    out.body +=
        "\n" +
        say(teller, Word::mail_digest_more, {std::to_string(digest.counted - digest.bans.size())}) +
        "\n";
  }
  out.body += "\n" + say(teller, Word::mail_unban_any) + "\n  spranga unban " +
              say(teller, Word::argument_address) + "\n" + foot(teller);
  return out;
}

Text tell_start(const Teller& teller, const std::vector<std::string>& jails) {
  return {
      say(teller, Word::mail_start_subject, {teller.host}),
      say(teller, Word::mail_start_head, {teller.host}) + "\n\n" + names_of(jails) + foot(teller)};
}

Text tell_stop(const Teller& teller, const std::vector<std::string>& jails) {
  return {
      say(teller, Word::mail_stop_subject, {teller.host}),
      say(teller, Word::mail_stop_head, {teller.host}) + "\n\n" + names_of(jails) + foot(teller)};
}

}  // namespace spranga::guard::mail
