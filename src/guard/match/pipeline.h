// Pipeline: what a filter makes of a dated line, step by step as fail2ban takes them: ignoreregex,
// prefregex, the failregexes in order, sessions, the id.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ban/instant.h"
#include "ban/jail_spec.h"
#include "base/result.h"
#include "guard/match/bare_fields.h"
#include "guard/match/bare_sessions.h"
#include "guard/match/expression.h"
#include "guard/match/failure.h"
#include "guard/match/line_reader.h"
#include "guard/match/sessions.h"
#include "guard/match/word_index.h"
#include "guard/regex/refusals.h"

namespace spranga::guard {

/// What an expression caught, and whom it blames.
struct Hit {
  const ban::Expression* expression{nullptr};
  int regex_index{0};  // place in failregex, or where `weak` in weakregex
  bool weak{false};
  bool is_name{false};            // the id is a name that somebody else asks for
  bool of_session{false};         // there was an F-MLFID
  std::optional<int> total;       // F-ATTEMPTS: failures of the session, or of the line, in all
  int attempts{1};                // what this line adds; 0: others have told of them all
  std::optional<std::string> id;  // none: waits for its session's address
  std::optional<ban::Instant> at;
  bool nofail{false};
  Failure failure;  // bare: empty

  /// How many failures the line stands for. F-ATTEMPTS tells of a whole session, when it ends: what
  /// other lines of it have told of already (`counted`, which grows) is not counted again.
  /// F-REPEATED comes on top of them. False: nothing is left.
  [[nodiscard]] bool adds_to(int& counted);
};

/// What spranga's own <F-ATTEMPTS> or <F-REPEATED> says: its number, within bounds; 1 where it
/// caught text that is no number.
[[nodiscard]] int attempts_in(std::string_view text);

struct PipelineSettings {
  ban::UseDns usedns{ban::UseDns::warn};
  bool raw_hosts{false};
  bool names_later{false};
  bool check_all{false};
  bool show_pending{false};  // hits without an id too (with check_all they are always shown)
  bool show_nofail{false};   // context-only hits of sessions too (with check_all always)
  bool bare{false};          // of hits only whom they blame is asked, and how often
  bool need_date{true};      // a match without a time is none
  bool note_prefix{true};    // prefregex_matched() is right even where no failregex can match
  bool timed{false};         // what searches cost is measured
  bool ageing{true};         // sessions end after a while:
  std::chrono::seconds session_lifetime{Sessions::lifetime};
  bool one_client_sessions{false};
  std::function<std::vector<std::string>(std::string_view name)> resolve{};
};

class Pipeline {
public:
  /// `filter` must outlive the pipeline. The first expression that does not compile, or has no id,
  /// is an error that names its file:line.
  [[nodiscard]] static Result<std::unique_ptr<Pipeline>> make(const ban::FilterSpec& filter,
                                                              PipelineSettings settings);

  /// Appends what was caught to `out`.
  void process(const DatedLine& line, ban::Instant now, std::vector<Hit>& out);

  /// Whether an ignoreregex matched in the last line.
  [[nodiscard]] bool ignored_last() const { return ignored_last_; }

  /// Whether prefregex matched when it was last tried; fail2ban-regex counts so.
  [[nodiscard]] bool prefregex_matched() const { return prefix_matched_; }

  /// Not in a line that ignoreregex took away before.
  [[nodiscard]] bool prefregex_tried_last() const { return prefix_tried_; }

  /// What prefregex caught in the last line, F-CONTENT too. It must have been tried there.
  [[nodiscard]] Failure prefregex_groups() const { return prefix_->groups(prefix_search_.match()); }

  /// How often each ignoreregex matched.
  [[nodiscard]] const std::vector<std::uint64_t>& ignored_by() const { return ignored_by_; }

  /// maxlines > 1: the lines that wait for others.
  [[nodiscard]] const std::vector<LineParts>& buffer() const { return lines_; }

  [[nodiscard]] const std::optional<CompiledExpression>& prefregex() const { return prefix_; }

  [[nodiscard]] const std::vector<CompiledExpression>& failregex() const { return fail_; }

  [[nodiscard]] const std::vector<CompiledExpression>& weakregex() const { return weak_; }

  [[nodiscard]] const std::vector<CompiledExpression>& ignoreregex() const { return ignore_; }

  /// Sessions forgotten because together they held too much.
  [[nodiscard]] std::uint64_t sessions_dropped() const {
    return sessions_.dropped() + bare_sessions_.dropped();
  }

  /// Whether every line that matters to this filter must hold some words.
  [[nodiscard]] bool can_be_scanned() const;

  /// Takes the words that expressions need into `table`, so that lines can be scanned for them.
  /// False: not every line that matters to this filter must hold some of them.
  [[nodiscard]] bool number_words(WordTable& table);

  /// Whether words have numbers.
  [[nodiscard]] bool knows_words() const { return numbered_; }

  /// After number_words() said no: whether lines do not matter whose text, without the date, begins
  /// with `start`, and which hold none of telling_words(); but for the last of them, as many as
  /// remembers() says, which must be fed.
  [[nodiscard]] bool passes(std::string_view start) const;

  [[nodiscard]] std::size_t remembers() const { return many_lines() ? maxlines_ : 0; }

  /// The numbers of these words.
  [[nodiscard]] std::vector<std::uint32_t> numbered_words() const;

  /// Some of them, of which a line must hold one.
  [[nodiscard]] std::vector<std::uint32_t> telling_words() const;

  /// After number_words(): whether a line that holds these words may matter to this filter. One
  /// that may not changes nothing but how many lines were missed.
  [[nodiscard]] bool is_concerned(const FoundWords& words);

  /// All of them, whatever their role.
  [[nodiscard]] std::vector<const CompiledExpression*> expressions() const;

  /// Times that any expression was stopped at its step limit.
  [[nodiscard]] std::uint64_t limit_hits() const {
    return search_.stopped() + prefix_search_.stopped() + ignore_search_.stopped();
  }

private:
  enum class Next { go_on, stop };

  /// Where in the buffer a match was found.
  struct Place {
    std::vector<LineParts> matched;
    std::vector<LineParts> unmatched;
  };

  struct Ids {
    std::vector<std::optional<std::string>> ids;
    bool valid{true};  // no: an expression without an id where one is needed
    bool is_name{false};

    /// The address is not known yet.
    [[nodiscard]] bool wait() const { return !ids.empty() && !ids.front(); }
  };

  /// Lines that need not be looked at when they come.
  class QuietLines {
  public:
    void set_most(std::size_t lines) { ring_.resize(lines); }

    void add(const DatedLine& line);

    /// Appends them to `lines`, the latest last, and keeps none.
    void move_to(std::vector<LineParts>& lines);

  private:
    std::vector<LineParts> ring_;
    std::size_t next_{0};
    std::size_t count_{0};
  };

  explicit Pipeline(PipelineSettings settings)
      : settings_(std::move(settings)),
        sessions_(settings_.ageing, settings_.session_lifetime, settings_.one_client_sessions),
        bare_sessions_(
            settings_.ageing, settings_.session_lifetime, settings_.one_client_sessions) {}

  [[nodiscard]] Result<void> compile(const ban::FilterSpec& filter);
  [[nodiscard]] bool is_quiet(const DatedLine& line) const;
  void look_at(const DatedLine& line, ban::Instant now, std::vector<Hit>& out);
  void learn_refusal();
  void begin(const DatedLine& line);
  [[nodiscard]] bool ignores_early() const;
  [[nodiscard]] bool ignores(const Place* place, ban::Instant now);
  [[nodiscard]] bool passes_prefix(ban::Instant now);
  [[nodiscard]] bool may_be_caught() const;
  [[nodiscard]] Next try_all(std::vector<CompiledExpression>& expressions,
                             std::size_t first,
                             const DatedLine& line,
                             ban::Instant now,
                             std::vector<Hit>& out);
  [[nodiscard]] Next take(Hit&& hit,
                          const CompiledExpression& expression,
                          const DatedLine& line,
                          ban::Instant now,
                          std::vector<Hit>& out);
  /// The same where nobody will ask for more than an address. nullopt: it takes more than that.
  [[nodiscard]] std::optional<Next> take_bare(Hit& hit,
                                              const CompiledExpression& expression,
                                              const DatedLine& line,
                                              ban::Instant now,
                                              std::vector<Hit>& out);
  [[nodiscard]] std::optional<Next> take_bare_session(Hit& hit,
                                                      const DatedLine& line,
                                                      ban::Instant now,
                                                      std::vector<Hit>& out);
  [[nodiscard]] std::optional<Next> refuses_bare(const DatedLine& line, ban::Instant now);
  [[nodiscard]] Ids identify(BareSession& session) const;
  void prepare_bare();
  [[nodiscard]] Next take_session(Hit&& hit,
                                  const std::shared_ptr<Failure>& merged,
                                  std::vector<Hit>& out);
  [[nodiscard]] Next finish(Hit&& hit,
                            const std::shared_ptr<Failure>& session,
                            std::vector<Hit>& out);
  [[nodiscard]] Place locate(const CompiledExpression& expression) const;
  [[nodiscard]] Ids identify(Failure& failure, bool of_session) const;
  [[nodiscard]] Ids resolve(const std::string& name) const;
  static void emit(Hit& hit, const Ids& ids, std::vector<Hit>& out);

  /// Which expressions may match a line that holds these words.
  void look_up(const FoundWords& words) {
    index_.look_up(words, likely_);
    looked_up_ = &words;
    stamp_ = words.stamp();
  }

  /// Whether is_concerned() was asked about these words just now.
  [[nodiscard]] bool knows_already(const FoundWords& words) {
    return std::exchange(looked_up_, nullptr) == &words && stamp_ == words.stamp();
  }

  [[nodiscard]] bool search(CompiledExpression& expression,
                            std::string_view text,
                            Searches& searches,
                            ban::Instant now) const {
    return many_lines() ? expression.search(text, searches, now)
                        : expression.search_likely(text, searches, now);
  }

  [[nodiscard]] bool many_lines() const { return maxlines_ > 1; }

  // Numbers of expressions in the index: failregexes, weak ones, ignoreregexes, prefregex.
  [[nodiscard]] std::size_t first_weak() const { return fail_.size(); }

  [[nodiscard]] std::size_t first_ignore() const { return first_weak() + weak_.size(); }

  [[nodiscard]] std::size_t prefix_number() const { return first_ignore() + ignore_.size(); }

  [[nodiscard]] bool may_match_any(const std::vector<CompiledExpression>& expressions,
                                   std::size_t first) const;

  /// Whether a search in what is made of the line at hand is worth its while. What is known of the
  /// line decides how it is found out, never what is found.
  /// `number`: the expression's in the index.
  [[nodiscard]] bool may_match(const CompiledExpression& expression, std::size_t number) const {
    if (many_lines()) {
      return expression.may_match_line(whole_);
    }
    if (by_words_) {
      return likely_.has(number);
    }
    return (pairs_ == nullptr || expression.may_match(*pairs_)) &&
           expression.may_match_line(whole_);
  }

  PipelineSettings settings_;
  std::size_t maxlines_{1};
  std::optional<CompiledExpression> prefix_;
  std::vector<CompiledExpression> fail_;
  std::vector<CompiledExpression> weak_;
  std::vector<CompiledExpression> ignore_;
  Sessions sessions_;
  BareSessions bare_sessions_;             // in place of them:
  std::optional<BareFields> bare_fields_;  // where this is there
  Searches prefix_search_;
  Searches search_;
  Searches ignore_search_;
  WordIndex index_;                      // of expressions, once words have numbers
  bool numbered_{false};                 // they have
  bool satisfied_{false};                // and lines without them do not matter
  Refusals refusals_;                    // of all expressions that need no words
  std::optional<Match> refusing_match_;  // made when it is needed

  // Several lines, where each expression needs words:
  std::vector<bool> telling_;  // for each word whether some expression asks for it
  std::size_t loud_{0};        // of the next lines so many may be matched with earlier ones
  QuietLines quiet_;           // that were not looked at since

  // Of the line at hand.
  std::vector<LineParts> lines_;   // fail2ban's line buffer: what was not matched yet
  std::vector<LineParts> window_;  // what expressions see of it, with dates; one line: made late
  const PairSet* pairs_{nullptr};  // that the window's text holds, where they are known
  bool by_words_{false};           // likely_ holds for it
  LikelyExpressions likely_;       // for is_concerned(), too
  const FoundWords* looked_up_{nullptr};  // of what likely_ tells, never followed
  std::uint64_t stamp_{0};
  std::string whole_;      // the window's text
  std::string_view text_;  // what failregexes see: the window's text, or F-CONTENT
  std::string made_text_;  // where that had to be put together
  bool stale_{false};      // text_ must be made from lines_ again
  bool caught_{false};     // a failregex matched, whatever came of it
  bool prefix_matched_{false};
  bool prefix_tried_{false};  // in the last line
  bool ignored_last_{false};
  std::vector<std::uint64_t> ignored_by_;
};

}  // namespace spranga::guard
