// Reload: another plan for jails that run. Bans and counters stay.
#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/daemon.h"
#include "daemon/own_options.h"
#include "plan/archive.h"
#include "plan/jail_fields.h"
#include "text/python_repr.h"

namespace spranga::daemon {

namespace {

using guard::Level;

bool same(const ban::JailSpec& a, const ban::JailSpec& b) {
  return plan::to_bytes(a) == plan::to_bytes(b);
}

}  // namespace

Result<void> Daemon::reload(const std::string& which) {
  say(Level::info, "server", which == "--all" ? "Reload all jails" : "Reload jail " + which);
  auto plans = new_plan(which);
  if (!plans) {
    say(Level::error, "server", "the configuration stays as it was: " + plans.error().detail);
    return fail(plans.error().code, plans.error().detail);
  }
  apply(which, std::move(plans->first), std::move(plans->second));
  say(Level::info, "server", "Reload finished.");
  return {};
}

Result<std::pair<plan::GuardPlan, Fd>> Daemon::new_plan(const std::string& which) {
  SPRANGA_TRY(auto given, warden_.ask({plan::Ask::What::new_plan, which, 0}));
  if (given.fds.size() != 2) {
    return fail(Errc::malformed, "the warden sent no plan");
  }
  SPRANGA_TRY(const auto bytes, plan::bytes_of_sealed(given.fds.front().get()));
  SPRANGA_TRY(auto next, plan::read_guard_plan(bytes));
  if (const auto lost = lost_to_error(next); !lost.empty()) {
    SPRANGA_CHECK(warden_.ask({plan::Ask::What::keep_plan, "", 0}));
    return fail(Errc::malformed, lost);
  }
  return std::pair(std::move(next), std::move(given.fds.back()));
}

/// A jail that runs, and would not any more for a mistake made since: its doors must not open for
/// that. "": none.
std::string Daemon::lost_to_error(const plan::GuardPlan& next) const {
  const auto fresh = std::ranges::find_if(next.errors, [this](const std::string& error) {
    return std::ranges::count(plan_.errors, error) == 0;
  });
  if (fresh == next.errors.end()) {
    return "";
  }
  for (const auto& jail : guard_.jails()) {
    if (std::ranges::count(next.jails, jail->name(), &ban::JailSpec::name) == 0) {
      return "jail '" + jail->name() + "' would end: " + *fresh;
    }
  }
  return "";
}

/// Everything is made anew; the log speaks of the jails that were asked for.
void Daemon::apply(const std::string& which, plan::GuardPlan next, Fd for_runner) {
  restore_all();
  release_actions(next);
  runner_.adopt(std::move(for_runner));
  const auto table = plan_.own["nft_table"];  // the firewall process has that one
  plan_ = std::move(next);
  plan_.own["nft_table"] = table;
  bad_jails_.clear();
  for (const auto& error : plan_.errors) {
    say(Level::error, "configreader", error);
  }
  never_ = networks_in(plan_.own["never_ban"]);
  look_around();
  mailer_.change(plan_);
  remember_past_bans();
  std::vector<const guard::LiveJail*> changed;
  std::vector<std::string> fresh;
  for (const auto& spec : plan_.jails) {
    const bool is_new = guard_.find(spec.name) == nullptr;
    const auto* jail = change_jail(spec) ? guard_.find(spec.name) : nullptr;
    if (jail != nullptr && (is_new || which == "--all" || which == spec.name)) {
      changed.push_back(jail);
    }
    if (is_new) {
      fresh.push_back(spec.name);
    }
  }
  const auto is_fresh = [&fresh](const std::string& name) {
    return std::ranges::count(fresh, name) > 0;
  };
  guard_.feed_with_bans(fed_by_bans(plan_));
  follow_names();
  ledger_->set_jails(kept_jails());
  follow_again();
  for (const auto* jail : changed) {
    introduce(*jail, is_fresh(jail->name()));
  }
  for (const auto* jail : changed) {
    if (is_fresh(jail->name())) {
      say(Level::info, "jail", "Jail '" + jail->name() + "' started");
    } else {
      say(Level::info, "server", "Jail '" + jail->name() + "' reloaded");
    }
  }
}

/// Logs that are read go on where they are; what is read no more is told.
void Daemon::follow_again() {
  follow_logs(std::exchange(kept_places_, {}));
  for (auto& [name, told] : told_logs_) {
    const auto* jail = guard_.find(name);
    const auto read = jail == nullptr ? std::vector<guard::LogPlace>() : files_of(*jail);
    std::erase_if(told, [&](const std::string& path) {
      const bool gone = std::ranges::count(read, path, &guard::LogPlace::path) == 0;
      if (gone) {
        say(Level::info, "filter", "Removed logfile: " + text::python_repr(path));
      }
      return gone;
    });
  }
}

/// What is gone lets go before the runner forgets how.
void Daemon::release_actions(const plan::GuardPlan& next) {
  std::vector<std::string> gone;
  for (const auto& jail : guard_.jails()) {
    const auto wanted = std::ranges::find(next.jails, jail->name(), &ban::JailSpec::name);
    if (wanted == next.jails.end()) {
      gone.push_back(jail->name());
    } else {
      hands_.release(jail->name(), wanted->actions, jail->bans().all());
    }
  }
  std::ranges::for_each(gone, [this](const auto& name) { remove_jail(name); });
}

/// False: it stays as it was.
bool Daemon::change_jail(const ban::JailSpec& spec) {
  auto* jail = guard_.find(spec.name);
  if (jail == nullptr) {
    make_jail(spec);
    bring_back(spec.name);
    return true;
  }
  if (!same(jail->spec(), spec)) {
    if (const auto changed = jail->change(spec, now()); !changed) {
      say(Level::error,
          "jail",
          "Jail '" + spec.name + "' stays as it was: " + changed.error().detail);
      bad_jails_.push_back(spec.name + ": " + changed.error().detail);
      return false;
    }
  }
  hands_.bind(spec, jail->bans().all(), jail->numbers());
  return true;
}

/// The bans and counters of a jail that comes back, and how far its logs were read, as at a start.
void Daemon::bring_back(const std::string& name) {
  note_places();
  constexpr std::chrono::milliseconds patience{500};
  if (const auto written = ledger_->flush(patience); !written) {
    say(Level::warning, "database", written.error().detail);
  }
  const auto memory = ledger_->recall(kept_jails(), now());
  auto* jail = guard_.find(name);
  if (!memory || jail == nullptr) {
    return;
  }
  for (const auto& seen : memory->seen) {
    if (seen.jail == name) {
      jail->recall(seen, now());
    }
  }
  std::ranges::copy_if(memory->positions,
                       std::back_inserter(kept_places_),
                       [&name](const ledger::Position& place) { return place.jail == name; });
  jail->begin_restoring();
  for (const auto& made : memory->bans) {
    if (made.ban.jail == name && jail->bans().find(made.ban.target) == nullptr) {
      jail->restore(made, now());
    }
  }
  if (!restoring_) {
    jail->end_restoring();
  }
}

void Daemon::remove_jail(const std::string& name) {
  if (auto* jail = guard_.find(name)) {
    restore_all();
    tell_removed_logs(name);
    jail->close(false);
    hands_.unbind(name, false);
    guard_.remove(name);
    say(Level::info, "jail", "Jail '" + name + "' stopped");
  }
}

}  // namespace spranga::daemon
