// Which logs are read for which jail, and from where on.
#include <algorithm>
#include <map>
#include <utility>

#include "daemon/daemon.h"
#include "daemon/own_options.h"
#include "guard/logs/choose_backend.h"

namespace spranga::daemon {

namespace {

using guard::Level;

guard::LogPlace place_of(const ledger::Position& position) {
  return {position.path,
          position.device,
          position.inode,
          position.offset,
          position.first_line_md5,
          position.cursor,
          position.at};
}

}  // namespace

/// At start with the places of an earlier life; at a reload what is read goes on where it is.
void Daemon::follow_logs(const std::vector<ledger::Position>& kept) {
  desk_.forget_streams();
  if (!file_watch_) {
    file_watch_ = std::make_unique<guard::FileWatch>(files_, clock_, nullptr);
  }
  std::vector<guard::JailPlace> places;
  places.reserve(kept.size());
  for (const auto& position : kept) {
    places.push_back({desk_.number_of(position.jail), place_of(position)});
  }
  for (const auto& journal : journals_) {
    const auto read = journal.watch->positions();
    places.insert(places.end(), read.begin(), read.end());
  }
  std::vector<guard::LogWish> files;
  journals_.clear();
  for (const auto& jail : guard_.jails()) {
    if (std::ranges::count(guard_.fed_with_bans(), jail->name()) == 0) {
      choose_logs(*jail, files);
    }
  }
  followed_.clear();
  for (const auto& wish : files) {
    followed_.insert(wish.jail);
  }
  file_watch_->follow(std::move(files), places);
  open_journals(places);
  for (const auto& journal : journals_) {
    for (const auto& wish : journal.wishes) {
      followed_.insert(wish.jail);
    }
  }
}

void Daemon::choose_logs(const guard::LiveJail& jail, std::vector<guard::LogWish>& files) {
  const auto& spec = jail.spec();
  std::vector<bool> has_files;
  for (const auto& log : spec.logpath) {
    const auto found = files_.expand(log.glob);
    has_files.push_back(found && !found->empty());
  }
  const auto options = guard::is_journal_backend(spec.backend)
                           ? guard::journal_options_of(spec.backend)
                           : Result<guard::JournalOptions>(guard::JournalOptions());
  const bool readable =
      guard::is_journal_readable(options ? *options : guard::JournalOptions()).has_value();
  const auto choice = guard::choose_backend(spec, has_files, readable);
  if (!choice.sentence.empty()) {
    say(choice.is_error ? Level::error : Level::info, "jail", choice.sentence);
  }
  if (choice.is_error) {
    bad_jails_.push_back(choice.sentence);
  }
  const auto number = desk_.number_of(jail.name());
  if (choice.backend == guard::LogBackend::journal) {
    if (!options) {
      bad_jails_.push_back(jail.name() + ": " + options.error().detail);
      say(Level::error, "jail", bad_jails_.back());
      return;
    }
    auto same = std::ranges::find(journals_, *options, &Journal::options);
    if (same == journals_.end()) {
      journals_.push_back({*options, {}, nullptr});
      same = journals_.end() - 1;
    }
    same->wishes.push_back({number, spec.filter.journalmatch, spec.findtime});
    return;
  }
  // A file that is not there yet may come.
  for (const auto& log : spec.logpath) {
    if (!guard::is_no_log(log)) {
      files.push_back({number, log.glob, log.tail, spec.findtime});
    }
  }
}

void Daemon::open_journals(const std::vector<guard::JailPlace>& places) {
  std::erase_if(journals_, [&](Journal& journal) {
    auto opened = guard::JournalWatch::open(journal.options, clock_, journal.wishes, places);
    if (!opened) {
      bad_jails_.push_back("the journal: " + opened.error().detail);
      say(Level::error, "filtersystemd", bad_jails_.back());
      return true;
    }
    journal.watch = *std::move(opened);
    return false;
  });
}

std::vector<guard::LiveSource*> Daemon::sources() const {
  std::vector<guard::LiveSource*> out{file_watch_.get()};
  for (const auto& journal : journals_) {
    out.push_back(journal.watch.get());
  }
  return out;
}

bool Daemon::reads_journal(const guard::LiveJail& jail) const {
  return std::ranges::any_of(journals_, [&](const Journal& journal) {
    return std::ranges::any_of(journal.wishes, [&](const guard::JournalWish& wish) {
      return desk_.name_of(wish.jail) == jail.name();
    });
  });
}

std::vector<std::string> Daemon::reads_of(const guard::LiveJail& jail) const {
  std::vector<std::string> out;
  if (reads_journal(jail)) {
    std::string matches;
    for (const auto& match : jail.spec().filter.journalmatch) {
      matches += (matches.empty() ? "" : " ") + match;
    }
    return {matches};
  }
  if (std::ranges::count(guard_.fed_with_bans(), jail.name()) > 0) {
    const auto target = plan_.server.find("logtarget");
    return target == plan_.server.end() ? out : std::vector{target->second};
  }
  for (const auto& file : files_of(jail)) {
    out.push_back(file.path);
  }
  return out;
}

}  // namespace spranga::daemon
