#include "guard/config/tags.h"

#include <map>
#include <string_view>
#include <utility>

namespace spranga::guard::config {

namespace {

constexpr int max_replacements = 25;                        // of one tag in one option
constexpr std::size_t max_substituted = 4UL * 1024 * 1024;  // of an option filled in
constexpr std::size_t max_substitutions = 200'000;

struct Tag {
  std::size_t start{0};
  std::size_t end{0};  // behind ">"
  std::string name;
};

/// The first "<…>" from `from` on that has neither blanks nor angle brackets inside.
std::optional<Tag> find_tag(const std::string& text, std::size_t from) {
  for (auto start = text.find('<', from); start != std::string::npos;) {
    const auto stop = text.find_first_of(" <>", start + 1);
    if (stop == std::string::npos) {
      return std::nullopt;
    }
    if (text[stop] == '>' && stop > start + 1) {
      return Tag{start, stop + 1, text.substr(start + 1, stop - start - 1)};
    }
    start = text[stop] == '<' ? stop : text.find('<', stop);
  }
  return std::nullopt;
}

Traced replaced(const Traced& text, const std::string& tag, const Traced& by) {
  const auto mark = "<" + tag + ">";
  Traced out;
  std::size_t at = 0;
  for (auto found = text.text().find(mark); found != std::string::npos;
       found = text.text().find(mark, at)) {
    out.append(text, at, found - at);
    out.append(by);
    at = found + mark.size();
  }
  out.append(text, at);
  return out;
}

class Substitution {
public:
  Substitution(const Section& options,
               const std::set<std::string, std::less<>>& ignored,
               const FindTag& more,
               Problems& problems)
      : tags_(options), ignored_(ignored), more_(more), problems_(problems) {}

  [[nodiscard]] Result<Section> run() {
    std::vector<std::string> names;
    for (const auto& [name, value] : tags_) {
      names.push_back(name);
    }
    for (again_ = true; again_;) {
      again_ = false;
      for (const auto& name : names) {
        if (!ignored_.contains(name) && !done_.contains(name)) {
          SPRANGA_CHECK(option(name));
        }
      }
    }
    return std::move(tags_);
  }

private:
  using Counts = std::map<std::string, int>;

  [[nodiscard]] Result<void> option(const std::string& name) {
    const auto before = *tags_.find(name);
    auto counts = counts_.contains(name) ? counts_[name] : Counts();
    SPRANGA_TRY(auto after, filled(name, before, counts));
    if (after.text() != before.str()) {
      if (find_tag(after.text(), 0)) {
        counts_[name] = counts;
        again_ = true;
      }
      auto value = before;
      value.kind = Value::Kind::text;
      value.text = after;
      tags_.set(name, std::move(value));
    }
    if (after.text().find('<') == std::string::npos) {
      done_.insert(name);
    }
    return {};
  }

  [[nodiscard]] Result<Traced> filled(const std::string& name, const Value& value, Counts& counts) {
    auto text = value.text;
    for (auto tag = find_tag(text.text(), 0); tag;) {
      if (ignored_.contains(tag->name)) {
        tag = find_tag(text.text(), tag->end);
        continue;
      }
      auto& count = counts[tag->name];
      if (tag->name == name || (count > max_replacements) || ++steps_ > max_substitutions) {
        return circle(name, value, text.place_at(tag->start), tag->name);
      }
      SPRANGA_TRY(const auto by, meaning(tag->name));
      if (!by) {
        tag = find_tag(text.text(), tag->end);
        continue;
      }
      text = replaced(text, tag->name, by->text);
      ++count;
      if (text.text().size() > max_substituted) {
        return circle(name, value, value.written, tag->name);
      }
      tag = find_tag(text.text(), tag->start);
    }
    return text;
  }

  [[nodiscard]] Result<std::optional<Value>> meaning(const std::string& tag) {
    const auto* known = tags_.find(tag);
    if (known != nullptr && !known->is_none()) {
      return std::optional<Value>(*known);
    }
    SPRANGA_TRY(auto found, more_(tag));
    if (found && found->is_none()) {
      found.reset();
    }
    return found;
  }

  [[nodiscard]] Failure circle(const std::string& name,
                               const Value& value,
                               const Place& place,
                               const std::string& tag) {
    return problems_.refuse(
        place.line > 0 ? place : value.written,
        name + ": its tag <" + tag + "> leads back to itself, or is nested too often",
        "properties contain self referencing definitions and cannot be resolved, fail tag: " +
            name + ", found: " + tag);
  }

  Section tags_;
  const std::set<std::string, std::less<>>& ignored_;
  const FindTag& more_;
  Problems& problems_;
  std::set<std::string, std::less<>> done_;
  std::map<std::string, Counts> counts_;
  bool again_{false};
  std::size_t steps_{0};
};

}  // namespace

Result<Section> substitute_tags(const Section& options,
                                const std::set<std::string, std::less<>>& ignored,
                                const FindTag& more,
                                Problems& problems) {
  return Substitution(options, ignored, more, problems).run();
}

}  // namespace spranga::guard::config
