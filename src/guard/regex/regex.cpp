#include "guard/regex/regex.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "guard/regex/python_syntax.h"
#include "text/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8  // NOLINT(readability-identifier-naming)
#include <pcre2.h>

namespace spranga::guard {

namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t jit_stack_at_first = 32;  // KiB
constexpr std::size_t jit_stack_at_most = 1024;

struct CompileContextDeleter {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

PCRE2_SPTR units(std::string_view text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): PCRE2's bytes are unsigned.
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

std::string message_of(int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  return reinterpret_cast<const char*>(text.data());
}

std::uint32_t compile_options(const PythonSyntax& syntax) {
  std::uint32_t options =
      PCRE2_UTF | PCRE2_UCP | PCRE2_ALT_CIRCUMFLEX | PCRE2_USE_OFFSET_LIMIT | PCRE2_NO_UTF_CHECK;
  options |= syntax.ignore_case ? PCRE2_CASELESS : 0;
  options |= syntax.multiline ? PCRE2_MULTILINE : 0;
  options |= syntax.dotall ? PCRE2_DOTALL : 0;
  return options;
}

constexpr std::uint32_t no_jit = PCRE2_NO_JIT | PCRE2_NO_UTF_CHECK;
constexpr std::uint32_t unicode = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK;

/// What \s has beyond ASCII, as the rewriting spells it behind its ASCII part.
constexpr std::string_view spaces_beyond_ascii =
    R"(\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}-\x{2029}\x{202f}\x{205f}\x{3000})";

/// Whether every character given by its number is ASCII.
bool numbers_are_ascii(std::string_view pattern) {
  constexpr std::string_view start = "\\x";
  while ((pattern = pattern.substr(std::min(pattern.find(start), pattern.size()))) != "") {
    pattern.remove_prefix(start.size());
    unsigned value = 0;
    const auto* end = pattern.data() + pattern.size();
    if (!pattern.starts_with('{') ||
        std::from_chars(pattern.data() + 1, end, value, 16).ec != std::errc() || value > 0x7F) {
      return false;
    }
  }
  return true;
}

/// An expression that says the same of every ASCII text without Unicode. nullopt where this one
/// may name a character beyond ASCII: by itself, by its number or by a property.
std::optional<std::string> ascii_form(std::string pattern) {
  for (std::size_t at = 0; (at = pattern.find(spaces_beyond_ascii, at)) != std::string::npos;) {
    pattern.erase(at, spaces_beyond_ascii.size());
  }
  constexpr std::array odd{"\\p", "\\P", "\\N", "\\o", "\\X", "\\R", "\\h", "\\H", "(*"};
  const bool plain = text::is_ascii(pattern) && numbers_are_ascii(pattern) &&
                     std::ranges::none_of(odd, [&](std::string_view word) {
                       return pattern.find(word) != std::string::npos;
                     });
  return plain ? std::optional(std::move(pattern)) : std::nullopt;
}

constexpr std::string_view all_the_rest = "(.+)$";

/// Whether the last group takes the rest of the line, as in most of fail2ban's prefregexes.
bool takes_the_rest(const PythonSyntax& syntax) {
  const std::string_view pattern = syntax.pattern;
  if (syntax.multiline || syntax.dotall || !pattern.ends_with(all_the_rest)) {
    return false;
  }
  const auto before = pattern.substr(0, pattern.size() - all_the_rest.size());
  const auto backslashes = before.size() - (before.find_last_not_of('\\') + 1);
  return backslashes % 2 == 0;
}

/// Without a line break, or with one at its end.
bool is_one_line(std::string_view text) {
  return text.find('\n') >= text.size() - (text.empty() ? 0 : 1);
}

}  // namespace

void Match::Deleter::operator()(pcre2_match_context* context) const {
  pcre2_match_context_free(context);
}

void Match::Deleter::operator()(pcre2_match_data* data) const {
  pcre2_match_data_free(data);
}

void Match::Deleter::operator()(pcre2_jit_stack* stack) const {
  pcre2_jit_stack_free(stack);
}

void Regex::Deleter::operator()(pcre2_code* code) const {
  pcre2_code_free(code);
}

Match::Match(MatchLimits limits)
    : context_(pcre2_match_context_create(nullptr)),
      stack_(pcre2_jit_stack_create(jit_stack_at_first * kib, jit_stack_at_most * kib, nullptr)) {
  pcre2_set_match_limit(context_.get(), limits.steps);
  pcre2_set_depth_limit(context_.get(), limits.steps);
  pcre2_set_heap_limit(context_.get(), limits.heap_kib);
  pcre2_jit_stack_assign(context_.get(), nullptr, stack_.get());
}

Match::Match(Match&&) noexcept = default;
Match& Match::operator=(Match&&) noexcept = default;
Match::~Match() = default;

void Match::make_room(int groups) {
  if (groups <= room_ && data_ != nullptr) {
    return;
  }
  data_.reset(pcre2_match_data_create(static_cast<std::uint32_t>(groups) + 1, nullptr));
  room_ = groups;
  offsets_ = pcre2_get_ovector_pointer(data_.get());
}

bool Match::has(int number) const {
  return number < found_ && begin(number) != PCRE2_UNSET;
}

/// The group, which is empty, takes the rest of the line, and so does the match.
void Match::stretch(int number) {
  if (has(number)) {
    const auto end = text_.size() - (text_.ends_with('\n') ? 1 : 0);
    offsets_[1] = offsets_[2 * static_cast<std::size_t>(number) + 1] = end;
  }
}

std::optional<std::string_view> Match::group(int number) const {
  if (!has(number)) {
    return std::nullopt;
  }
  return text_.substr(begin(number), end(number) - begin(number));
}

Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern, RegexOptions options) {
  SPRANGA_TRY(auto syntax, rewrite_python_syntax(pattern, options, PCRE2_MINOR));
  const std::unique_ptr<pcre2_compile_context, CompileContextDeleter> context(
      pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE place = 0;
  Regex out;
  const auto compiled = [&](std::string_view text, std::uint32_t flags) {
    return Code(pcre2_compile(units(text), text.size(), flags, &error, &place, context.get()));
  };
  out.code_ = compiled(syntax.pattern, compile_options(syntax));
  if (out.code_ == nullptr) {
    return fail(Errc::malformed, fmt::format("PCRE2: {}", message_of(error)));
  }
  std::uint32_t known = 0;
  out.anchored_ = pcre2_pattern_info(out.code_.get(), PCRE2_INFO_ALLOPTIONS, &known) == 0 &&
                  (known & PCRE2_ANCHORED) != 0;
  out.has_jit_ = options.jit && pcre2_jit_compile(out.code_.get(), PCRE2_JIT_COMPLETE) == 0;
  if (auto plain = ascii_form(syntax.pattern); plain && out.has_jit_) {
    out.takes_the_rest_ = takes_the_rest(syntax);
    if (out.takes_the_rest_) {
      plain->replace(plain->size() - all_the_rest.size(), std::string::npos, "()(?=.)");
    }
    out.ascii_code_ = compiled(*plain, compile_options(syntax) & ~unicode);
    if (out.ascii_code_ != nullptr &&
        pcre2_jit_compile(out.ascii_code_.get(), PCRE2_JIT_COMPLETE) != 0) {
      out.ascii_code_.reset();
    }
  }
  out.names_ = std::move(syntax.names);
  out.rewritten_ = std::move(syntax.pattern);
  return out;
}

MatchStatus Regex::search(std::string_view text,
                          Match& match,
                          std::size_t from,
                          std::size_t last_start) const {
  match.found_ = 0;
  if (from > text.size()) {
    return MatchStatus::no_match;
  }
  match.make_room(group_count());
  match.text_ = text;
  pcre2_set_offset_limit(match.context_.get(),
                         last_start == std::string_view::npos ? PCRE2_UNSET : last_start);
  const bool plain =
      ascii_code_ != nullptr && text::is_ascii(text) && (!takes_the_rest_ || is_one_line(text));
  const auto* code = plain ? ascii_code_.get() : code_.get();
  const auto run = [&](auto* engine, std::uint32_t options) {
    return engine(
        code, units(text), text.size(), from, options, match.data_.get(), match.context_.get());
  };
#ifdef NDEBUG
  int found = has_jit_ ? run(pcre2_jit_match, 0) : run(pcre2_match, no_jit);
#else
  int found = run(pcre2_match, has_jit_ ? 0 : no_jit);  // looks whether the text is valid
#endif
  if (found == PCRE2_ERROR_JIT_STACKLIMIT) {
    found = run(pcre2_match, no_jit);
  }
  if (found > 0) {
    match.found_ = found;
    if (plain && takes_the_rest_) {
      match.stretch(group_count());
    }
    return MatchStatus::matched;
  }
  // Any other error (text that is not UTF-8) is a broken promise of the caller's: nothing is known.
  return found == PCRE2_ERROR_NOMATCH ? MatchStatus::no_match : MatchStatus::limit;
}

/// PCRE2 says "partial match" where the end of `start` decided anything, and "no match" only where
/// it was never reached.
bool Regex::refuses(std::string_view start, Match& match) const {
  if (!anchored_ || start.empty() || !text::is_ascii(start)) {
    return false;
  }
  match.found_ = 0;
  match.make_room(group_count());
  pcre2_set_offset_limit(match.context_.get(), PCRE2_UNSET);
  return pcre2_match(code_.get(),
                     units(start),
                     start.size(),
                     0,
                     PCRE2_PARTIAL_HARD | no_jit,
                     match.data_.get(),
                     match.context_.get()) == PCRE2_ERROR_NOMATCH;
}

int Regex::group_number(std::string_view name) const {
  const auto found = std::ranges::find(names_, name);
  return found == names_.end() || name.empty() ? 0 : static_cast<int>(found - names_.begin()) + 1;
}

}  // namespace spranga::guard
