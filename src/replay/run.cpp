#include "replay/run.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "base/fd.h"
#include "guard/old_logs/log_source.h"

namespace spranga::replay {

namespace {

constexpr std::uint64_t most_of_standard_input = 4ULL << 30U;
constexpr std::uint64_t lines_between_reports = 20'000;
constexpr std::uintmax_t largest_ignore_file = 64ULL << 20U;

Result<std::string> read_ignore_file(const std::string& path) {
  std::error_code trouble;
  const auto size = std::filesystem::file_size(path, trouble);
  if (trouble || size > largest_ignore_file) {
    return fail(Errc::io, path);
  }
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// The form in which journalctl wrote the file that begins so; "" where it did not.
std::string exported_form(std::string_view first_line) {
  if (first_line.starts_with("__CURSOR=")) {
    return "export";
  }
  const bool is_json = first_line.starts_with("{") &&
                       first_line.find("\"__REALTIME_TIMESTAMP\"") != std::string_view::npos;
  return is_json ? "json" : "";
}

/// A named pipe, or what a shell puts in place of <(...).
bool can_be_read_once(const std::string& path) {
  std::error_code trouble;
  return std::filesystem::is_fifo(path, trouble);
}

/// As fail2ban logs a ban; the date is cut out already.
std::string ban_line(const ban::Ban& ban) {
  return " fail2ban.actions        [1]: NOTICE  [" + ban.jail + "] Ban " + ban.target;
}

}  // namespace

Run::Run(const ReplayOptions& options, const ReplayWatch& watch)
    : options_(options),
      watch_(watch),
      history_(options.remember.value_or(std::chrono::hours(24))) {}

ReplayResult Run::go(const std::vector<ban::JailSpec>& jails) {
  make_jails(jails);
  if (options_.scan) {
    wanted_ = Stream::wanted_by(jails_);
  }
  wanted_.knows.resize(jails_.size());
  open_inputs();
  connect();
  read_all();
  finish();
  return std::move(result_);
}

void Run::make_jails(const std::vector<ban::JailSpec>& jails) {
  needs_history_ =
      std::ranges::any_of(jails, [](const auto& spec) { return spec.increment.enabled; });
  for (const auto& spec : jails) {
    make_jail(spec);
  }
}

void Run::make_jail(const ban::JailSpec& spec) {
  guard::MatchOptions match;
  match.mode = guard::MatchMode::replay;
  match.today = options_.today;
  match.bare = !watch_.sighting && spec.ignorecommand.empty() && spec.ignorecache.empty();
  match.resolve = [this](std::string_view /*name*/) {
    ++result_.hosts_not_asked;
    return std::vector<std::string>();
  };
  guard::JudgePorts ports;
  ports.own_addresses = [this] { return &options_.own_addresses; };
  ports.history = needs_history_ ? &history_ : nullptr;
  ports.secret = BanBook::secret;
  ports.files = [this](const std::string& path) {
    auto known = ignore_files_.find(path);
    if (known == ignore_files_.end()) {
      known = ignore_files_.emplace(path, read_ignore_file(path)).first;
    }
    return known->second;
  };
  auto zoned = spec;
  if (options_.timezone) {
    zoned.logtimezone = options_.timezone;
  }
  auto run = JailRun::make(zoned, std::move(match), std::move(ports), options_.today);
  if (!run) {
    result_.bad_jails.push_back({spec.name, run.error().detail});
    left_out_.push_back(spec);
    return;
  }
  specs_.push_back(spec);
  jails_.push_back(*std::move(run));
  result_.jails.push_back(spec.name);
}

void Run::open_inputs() {
  for (const auto& file : options_.files) {
    auto input = open_input(file);
    if (input) {
      inputs_.push_back(*std::move(input));
    } else {
      result_.trouble.push_back({file, input.error().detail, true});
    }
  }
}

Result<Run::Input> Run::open_input(const std::string& file) const {
  Input input;
  input.name.given = file;
  input.path = file;
  if (file == "-") {
    if (options_.since) {
      SPRANGA_TRY(input.path, guard::keep_in_memory(STDIN_FILENO, most_of_standard_input));
    }
  } else if (options_.since && can_be_read_once(file)) {
    const Fd pipe(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    SPRANGA_TRY(input.path, guard::keep_in_memory(pipe.get(), most_of_standard_input));
  } else {
    std::error_code trouble;
    const auto absolute = std::filesystem::absolute(file, trouble).lexically_normal();
    input.name.absolute = absolute.string();
    const auto real = std::filesystem::canonical(file, trouble);
    input.name.real = real == absolute ? "" : real.string();
  }
  SPRANGA_TRY(input.source, guard::open_log(input.path));
  input.name.is_journal = input.source->is_journal();
  return input;
}

void Run::connect() {
  std::vector<FileName> names;
  std::ranges::transform(
      inputs_, std::back_inserter(names), [](const Input& input) { return input.name; });
  auto feeding = feed_jails(specs_, names, options_.chosen);
  leave_alone(names, feeding);
  for (std::size_t i = 0; i < jails_.size(); ++i) {
    jails_[i].fed_by_bans =
        !options_.logtarget.empty() && logpath_names(specs_[i], options_.logtarget) &&
        std::ranges::none_of(names, [&](const FileName& name) {
          return logpath_names(specs_[i], name.absolute) || logpath_names(specs_[i], name.real);
        });
    has_recidive_ = has_recidive_ || jails_[i].fed_by_bans;
  }
  result_.matched_by_none = jails_.empty() ? std::vector<std::string>() : feeding.matched_by_none;
  if (options_.since) {
    find_last_date(inputs_, feeding);
  }
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    auto& input = inputs_[i];
    auto stream = Stream::open(std::move(input.source),
                               input.name.given,
                               jails_,
                               std::move(feeding.jails_of[i]),
                               wanted_,
                               options_.today);
    if (stream) {
      streams_.push_back(*std::move(stream));
    } else {
      result_.trouble.push_back({input.name.given, stream.error().detail, true});
    }
  }
}

/// A file of a jail that was left out is no other jail's.
void Run::leave_alone(const std::vector<FileName>& names, Feeding& feeding) const {
  const auto is_of_left_out = [&](const FileName& name) {
    return std::ranges::any_of(left_out_, [&](const ban::JailSpec& spec) {
      return name.is_journal ? reads_journal(spec)
                             : logpath_names(spec, name.absolute) || logpath_names(spec, name.real);
    });
  };
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto by_none = std::ranges::find(feeding.matched_by_none, names[i].given);
    if (by_none != feeding.matched_by_none.end() && is_of_left_out(names[i])) {
      feeding.matched_by_none.erase(by_none);
      feeding.jails_of[i].clear();
    }
  }
}

void Run::find_last_date(const std::vector<Input>& inputs, const Feeding& feeding) {
  std::optional<ban::Instant> last;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto date = last_date_of(inputs[i], feeding.jails_of[i]);
    last = date && last ? std::max(*last, *date) : (date ? date : last);
  }
  start_ = last ? std::optional(*last - *options_.since) : std::nullopt;
}

/// A pass over the file for its dates alone.
std::optional<ban::Instant> Run::last_date_of(const Input& input,
                                              const std::vector<std::size_t>& readers) {
  auto source = guard::open_log(input.path);
  if (!source) {
    return std::nullopt;
  }
  if (const auto last = (*source)->last_time()) {
    return last;
  }
  auto stream =
      Stream::open(*std::move(source), input.name.given, jails_, readers, wanted_, options_.today);
  std::optional<ban::Instant> last;
  while (stream) {
    const auto more = stream->advance(last.value_or(ban::Instant()));
    if (!more || !*more) {
      break;
    }
    const auto latest = stream->latest();
    last = latest && last ? std::max(*last, *latest) : (latest ? latest : last);
  }
  return last;
}

/// The next line of that stream; at its end, or where it is damaged, the stream goes.
void Run::read_on(Stream& stream) {
  const auto more = stream.advance(clock_);
  if (more && *more) {
    return;
  }
  if (!more) {
    result_.trouble.push_back({stream.name(), more.error().detail, stream.number() == 0});
  }
  result_.cut_lines += stream.source().cut_lines();
  streams_.erase(streams_.begin() + (&stream - streams_.data()));
}

void Run::read_all() {
  for (auto i = streams_.size(); i-- > 0;) {
    read_on(streams_[i]);
  }
  const auto earlier = [](const Stream& a, const Stream& b) { return a.date() < b.date(); };
  while (!streams_.empty()) {
    auto& oldest = *std::ranges::min_element(streams_, earlier);
    process(oldest);
    const auto steps = steps_;
    steps_ += 1 + skip_quiet(oldest);
    if (steps / lines_between_reports != steps_ / lines_between_reports) {
      report_progress();
    }
    read_on(oldest);
  }
}

/// The lines behind the one at hand that nothing comes of, where they are next anyway.
std::uint64_t Run::skip_quiet(Stream& stream) {
  const bool counts = !is_too_old(stream);
  auto before = counts ? std::nullopt : start_;
  for (const auto& other : streams_) {
    if (&other == &stream) {
      continue;
    }
    if (!(stream.date() < other.date())) {
      return 0;
    }
    before = before ? std::min(*before, *other.date()) : other.date();
  }
  if (watch_.line || options_.innocents) {
    return 0;
  }
  const auto lines = stream.skip_quiet(clock_, counts, before);
  if (counts) {
    result_.lines += lines;
    stream.count(lines);
    clock_ = std::max(clock_, stream.latest().value_or(clock_));
  }
  return lines;
}

/// Older than what was asked for.
bool Run::is_too_old(const Stream& stream) const {
  const auto date = stream.date();
  return start_ && (!date || *date < *start_);
}

void Run::process(Stream& stream) {
  if (is_too_old(stream)) {
    return;
  }
  ++result_.lines;
  if (stream.number() == 1) {
    note_exported(stream);
  }
  if (const auto latest = stream.latest()) {
    clock_ = std::max(clock_, *latest);
    result_.first_date = result_.first_date ? std::min(*result_.first_date, *latest) : *latest;
  }
  const bool undated_log = clock_ == ban::Instant();
  const auto now = undated_log ? options_.today : clock_;
  if (watch_.line) {
    watch_.line(stream);
  }
  stream.count();
  feed_jails_of(stream, now);
  if (!fresh_.empty()) {
    tell_recidive();
  }
  if (options_.innocents) {
    note_login(stream);
  }
}

void Run::feed_jails_of(Stream& stream, ban::Instant now) {
  for (const auto place : stream.concerned()) {
    found_.clear();
    stream.feed(place, now, found_);
    auto& jail = jails_[stream.jails()[place]];
    if (found_.empty()) {
      continue;
    }
    for (const auto& sighting : found_) {
      judge(&stream, jail, sighting);
    }
  }
}

void Run::judge(const Stream* stream, JailRun& jail, const ban::Sighting& sighting) {
  using Kind = guard::Judgement::Kind;
  const auto now = clock_ == ban::Instant() ? options_.today : clock_;
  const auto number = static_cast<std::size_t>(&jail - jails_.data());
  auto judgement = jail.judge->on_sighting(sighting, now);
  result_.sightings += judgement.is_found() ? 1 : 0;
  if (judgement.kind == Kind::banned) {
    if (has_recidive_) {
      fresh_.push_back(*judgement.ban);
    }
    // There may be one for each line: nobody else looks at it but who watches.
    book_.add(number,
              judgement.key,
              watch_.sighting ? *judgement.ban : std::exchange(*judgement.ban, {}));
  } else if (judgement.is_found()) {
    if (judgement.kind == Kind::prolonged) {
      book_.prolong(number, judgement.key, *judgement.ban);
    }
    book_.stopped(number, judgement.key, now);
  }
  if (watch_.sighting) {
    watch_.sighting({stream, jail.spec(), sighting, judgement, now});
  }
}

/// Jails over fail2ban's own log read there who was banned.
void Run::tell_recidive() {
  while (!fresh_.empty()) {
    const auto bans = std::exchange(fresh_, {});
    for (auto& jail : jails_) {
      for (const auto& ban : bans) {
        if (!jail.fed_by_bans) {
          break;
        }
        std::vector<ban::Sighting> found;
        jail.matcher->feed_entry(ban_line(ban), clock_, clock_, found);
        for (const auto& sighting : found) {
          judge(nullptr, jail, sighting);
        }
      }
    }
  }
}

void Run::note_exported(Stream& stream) {
  if (const auto form = exported_form(stream.text());
      !form.empty() && !stream.source().is_journal()) {
    result_.exported.push_back({stream.name(), form});
  }
}

void Run::note_login(Stream& stream) {
  const auto login = stream.login();
  const auto date = stream.date();
  if (login) {
    book_.login(*login, date.value_or(clock_));
  }
}

void Run::report_progress() {
  if (!watch_.progress) {
    return;
  }
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  for (auto& stream : streams_) {
    const auto progress = stream.source().progress();
    done += progress.done;
    total += progress.total;
  }
  watch_.progress(done, total, clock_);
}

void Run::finish() {
  result_.targets = book_.targets();
  result_.bans = book_.take();
  result_.last_date = clock_ == ban::Instant() ? std::nullopt : std::optional(clock_);
  std::set<std::string> names;
  for (auto& jail : jails_) {
    names.insert(jail.judge->ignored_names().begin(), jail.judge->ignored_names().end());
    result_.ignorecommand_not_run |= jail.judge->has_ignorecommand();
    result_.sessions_dropped += jail.matcher->statistics().sessions_dropped;
    if (jail.journal_entries > 0 && jail.journal_wanted == 0) {
      result_.deaf_jails.push_back(jail.spec().name);
    }
    for (const auto& runaway : jail.matcher->quarantined()) {
      const auto& origin = runaway.expression->origin;
      result_.quarantined.push_back(origin.file + ":" + std::to_string(origin.line));
    }
  }
  result_.names_not_asked.assign(names.begin(), names.end());
}

}  // namespace spranga::replay
