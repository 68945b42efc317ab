#include "guard/dates/template_memory.h"

#include <algorithm>
#include <utility>

namespace spranga::guard {

namespace {

constexpr std::chrono::seconds long_unused{300};

/// What is looked for in a line before the engine is asked.
std::optional<LineView::Trait> need_of(const WeightedTemplate& one) {
  using Trait = LineView::Trait;
  const auto& form = *one.form;
  if (form.kind != DateTemplate::Kind::pattern) {
    return form.kind == DateTemplate::Kind::tai64n || form.value_group == 1
               ? std::optional(form.kind == DateTemplate::Kind::tai64n ? Trait::tai64n
                                                                       : Trait::long_number)
               : std::nullopt;
  }
  const auto needed = one.plain ? std::string_view(*form.pattern) : plain_start(*form.pattern);
  const auto has = [&](std::string_view part) { return needed.find(part) != needed.npos; };
  if (has("%H:%M:%S") || has("%k:%M:%S") || has("%I:%M:%S")) {
    return Trait::clock;
  }
  return has("%ExY%Exm%Exd") ? std::optional(Trait::long_number)
         : has("%d/%b")      ? std::optional(Trait::month_name)
                             : std::nullopt;
}

}  // namespace

double TemplateMemory::Entry::weight() const {
  return static_cast<double>(hits) * own_weight /
         static_cast<double>(std::max<std::size_t>(1, distance));
}

TemplateMemory::TemplateMemory(std::vector<WeightedTemplate> templates) {
  for (auto& one : templates) {
    Entry entry;
    entry.need = need_of(one);
    entry.form = std::move(one.form);
    entry.own_weight = one.weight;
    entry.plain = one.plain;
    entry.compiled = std::move(one.compiled);
    if (entry.form->at_line_begin) {
      has_bound_ = true;
    } else if (!entry.need) {
      may_refuse_ = false;
    } else if (std::ranges::find(loose_needs_, *entry.need) == loose_needs_.end()) {
      loose_needs_.push_back(*entry.need);
    }
    entries_.push_back(std::move(entry));
  }
}

bool TemplateMemory::search(std::size_t index, std::string_view line, std::size_t from) {
  auto& entry = entries_[index];
  if (entry.compiled == nullptr) {
    auto compiled = entry.form->compile();
    if (!compiled) {  // never: only the default templates are left to be compiled here
      return false;
    }
    entry.compiled = *std::move(compiled);
  }
  return entry.compiled->regex.search(line, match_, from) == MatchStatus::matched;
}

bool TemplateMemory::search_whole(std::size_t index, const LineView& line) {
  const auto need = entries_[index].need;
  return (!need || line.has(*need)) && search(index, line.bytes(), 0);
}

TemplateMemory::Found TemplateMemory::place(std::size_t index, const LineView& line) const {
  return {index, line.number_of(match_.begin()), line.number_of(match_.end())};
}

/// Whether what borders on the place of the last date is as it was, outside of it, or inside where
/// that is no letter or digit.
bool TemplateMemory::same_edges(const LineView& line,
                                LineView::Place from,
                                LineView::Place end) const {
  const auto same_inside = [](std::optional<char32_t> now, std::optional<char32_t> then) {
    return now == then && !(then && is_alphanumeric(*then));
  };
  const bool left = line.before(from) == edges_.before || same_inside(line.at(from), edges_.first);
  return left && (line.at(end) == edges_.after || same_inside(line.before(end), edges_.last));
}

/// The template of the last date, in the same place if it is not bound to the line's edge.
std::optional<TemplateMemory::Found> TemplateMemory::try_last_template(const LineView& line) {
  if (last_index_ >= entries_.size()) {
    return std::nullopt;
  }
  const bool anchored = entries_[last_index_].form->anchored;
  bool matched = false;
  if (anchored) {
    matched = search_whole(last_index_, line);
    skip_ = last_index_;
  } else {
    const auto from = line.place_of(edges_.distance);
    const auto end = line.place_of(edges_.end);
    if (same_edges(line, from, end)) {
      matched =
          from.byte <= end.byte && search(last_index_, line.bytes().substr(0, end.byte), from.byte);
    } else {
      matched = search_whole(last_index_, line);
      skip_ = last_index_;
    }
  }
  if (!matched) {
    return std::nullopt;
  }
  const auto found = place(last_index_, line);
  const bool same_place = found.distance == edges_.distance && found.end == edges_.end;
  if (entries_.size() == 1 || anchored || same_place) {
    return found;
  }
  reserve(found);
  return std::nullopt;
}

void TemplateMemory::reserve(const Found& found) {
  reserved_ = found;
  std::swap(match_, reserved_match_);
}

std::optional<TemplateMemory::Found> TemplateMemory::try_all(const LineView& line) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (i == skip_ || !search_whole(i, line)) {
      continue;
    }
    const auto& entry = entries_[i];
    const auto found = place(i, line);
    const bool last = i + 1 >= entries_.size();
    const bool further = found.distance > entry.distance || found.distance > edges_.distance;
    if (last || entry.form->anchored || !further) {
      return found;
    }
    // Perhaps something in the message that looks like a date: go on, keep it if it is nearer.
    if (found.distance < reserved_.distance) {
      reserve(found);
    }
  }
  if (reserved_.index == never) {
    return std::nullopt;
  }
  std::swap(match_, reserved_match_);
  return reserved_;
}

std::optional<TemplateMemory::Winner> TemplateMemory::find(std::string_view bytes,
                                                           ban::Instant clock) {
  const LineView line(bytes);
  if (refuses(bytes) && is_lacking(line)) {
    return std::nullopt;
  }
  skip_ = never;
  reserved_ = {};
  auto found = try_last_template(line);
  if (!found) {
    found = try_all(line);
  }
  if (!found) {
    learn_refusal(bytes);
    return std::nullopt;
  }
  return remember(*found, line, clock);
}

/// Nothing was found in `line`: perhaps its beginning alone says that.
void TemplateMemory::learn_refusal(std::string_view line) {
  if (!may_refuse_ || !has_bound_) {
    return;
  }
  refusals_.learn(line, [this](std::string_view start) {
    return std::ranges::all_of(entries_, [&](const Entry& entry) {
      return !entry.form->at_line_begin ||
             (entry.compiled != nullptr && entry.compiled->regex.refuses(start, match_));
    });
  });
}

void TemplateMemory::count_hit(std::size_t index, std::size_t distance, ban::Instant clock) {
  auto& entry = entries_[index];
  ++entry.hits;
  entry.last_used = clock;
  entry.distance = distance;
  first_unused_ += first_unused_ == index ? 1 : 0;
}

const TemplateMemory::Entry& TemplateMemory::same_again(std::string_view line,
                                                        std::size_t begin,
                                                        std::size_t end,
                                                        ban::Instant clock) {
  count_hit(last_index_, begin, clock);
  edges_.first = static_cast<unsigned char>(line[begin]);
  edges_.last = static_cast<unsigned char>(line[end - 1]);
  return entries_[last_index_];
}

TemplateMemory::Winner TemplateMemory::remember(Found found,
                                                const LineView& line,
                                                ban::Instant clock) {
  auto index = found.index;
  count_hit(index, found.distance, clock);
  const auto begin = match_.begin();
  const auto end = match_.end();
  if (begin >= line.bytes().size()) {
    return {&entries_[index], &match_, true};
  }
  edges_ = {found.distance,
            found.end,
            line.before({begin}),
            line.at({begin}),
            line.before({end == 0 ? line.bytes().size() : end}),
            line.at({end})};
  if (index != 0 && index != last_index_) {
    index = reorder(index);
  }
  last_index_ = index;
  return {&entries_[index], &match_, false};
}

/// A template that wins moves up where it weighs more than the one in the way, or where that one
/// was not used for long. Its new place.
std::size_t TemplateMemory::reorder(std::size_t index) {
  const auto& entry = entries_[index];
  const auto weight = entry.weight();
  const auto moves_before = [&](std::size_t place) {
    const auto& there = entries_[place];
    return weight > there.weight() || !there.last_used ||
           *entry.last_used - long_unused > *there.last_used;
  };
  auto place = first_unused_ < index ? first_unused_ : index / 2;
  if (!moves_before(place)) {
    if (place == index - 1) {
      return index;
    }
    place = index - 1;
    if (!moves_before(place)) {
      return index;
    }
  }
  const auto begin = entries_.begin();
  std::rotate(begin + static_cast<std::ptrdiff_t>(place),
              begin + static_cast<std::ptrdiff_t>(index),
              begin + static_cast<std::ptrdiff_t>(index) + 1);
  while (first_unused_ < entries_.size() && entries_[first_unused_].hits > 0) {
    ++first_unused_;
  }
  return place;
}

}  // namespace spranga::guard
