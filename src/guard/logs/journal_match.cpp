#include "guard/logs/journal_match.h"

#include <fmt/format.h>

#include <array>

#include "text/ascii.h"

namespace spranga::guard {

JournalMatch::JournalMatch(const std::vector<std::string>& sets) {
  for (const auto& set : sets) {
    std::vector<JournalField> fields;
    const auto finish = [&] {
      if (!fields.empty()) {
        sets_.push_back(std::move(fields));
      }
      fields.clear();
    };
    for (const auto term : text::split_words(set)) {
      const auto equals = term.find('=');
      if (term == "+") {
        finish();
      } else if (equals != std::string_view::npos) {
        const auto name = term.substr(0, equals);
        auto field = std::ranges::find(fields, name, &JournalField::name);
        if (field == fields.end()) {
          field = fields.insert(field, {std::string(name), {}, {}, {}});
        }
        field->values.emplace_back(term.substr(equals + 1));
      }
    }
    finish();
  }
}

namespace {

struct OtherUnit {
  std::string_view written;    // in filters
  std::string_view also;       // its name on Debian, or what its instances begin with
  std::string_view instances;  // "": it has none
  std::string_view slice;
};

constexpr std::array<OtherUnit, 2> other_units = {{
    {"postfix.service", "postfix@-.service", "postfix@", "system-postfix.slice"},
    {"sshd.service", "ssh.service", "ssh@", "system-ssh.slice"},
}};

}  // namespace

JournalMatch JournalMatch::widened(const std::vector<std::string>& sets) {
  JournalMatch out(sets);
  for (auto& fields : out.sets_) {
    for (auto& field : fields) {
      for (const auto& unit : other_units) {
        if (field.name != "_SYSTEMD_UNIT" ||
            std::ranges::find(field.values, unit.written) == field.values.end()) {
          continue;
        }
        if (std::ranges::find(field.values, unit.also) == field.values.end()) {
          field.values.emplace_back(unit.also);
        }
        field.instances = unit.instances;
        field.slice = unit.slice;
        out.notes_.push_back(fmt::format("journalmatch {} lets in {} and {}*.service too",
                                         unit.written,
                                         unit.also,
                                         unit.instances));
      }
    }
  }
  return out;
}

bool JournalMatch::is_named(const JournalField& field, std::string_view value) {
  return holds(field.values, value);
}

bool JournalMatch::is_instance(const JournalField& field, std::string_view value) {
  return !field.instances.empty() && value.starts_with(field.instances) &&
         value.ends_with(".service");
}

}  // namespace spranga::guard
