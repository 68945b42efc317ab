// JournalMatch: journalmatch of a jail, which entries of the journal it wants.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace spranga::guard {

/// A term of journalmatch, and what else it lets in.
struct JournalField {
  std::string name;
  std::vector<std::string> values;
  /// Of units: "postfix@" lets in postfix@*.service, whose slice is `slice`. Old logs: never.
  std::string instances;
  std::string slice;
};

/// journalmatch of a jail: terms FIELD=value, all of which must hold (those of one field: any), or
/// those behind a "+".
class JournalMatch {
public:
  explicit JournalMatch(const std::vector<std::string>& sets);

  /// For the live journal. fail2ban's filters name units as they are called elsewhere: on Debian
  /// Postfix logs as postfix@-.service, sshd as ssh.service. Those are let in too; notes() say so.
  [[nodiscard]] static JournalMatch widened(const std::vector<std::string>& sets);

  /// Whether an entry is wanted whose fields `values_of(name)` gives (each as text). Without terms
  /// every entry is. A unit's instance must be in its slice, by which libsystemd finds it too.
  template <class ValuesOf>
  [[nodiscard]] bool wants_fields(const ValuesOf& values_of) const {
    return sets_.empty() || std::ranges::any_of(sets_, [&](const auto& fields) {
             return std::ranges::all_of(fields, [&](const JournalField& field) {
               return std::ranges::any_of(values_of(field.name), [&](std::string_view value) {
                 return is_named(field, value) ||
                        (is_instance(field, value) && holds(values_of(slice_field), field.slice));
               });
             });
           });
  }

  [[nodiscard]] const std::vector<std::vector<JournalField>>& sets() const { return sets_; }

  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  static constexpr auto slice_field = "_SYSTEMD_SLICE";

private:
  [[nodiscard]] static bool is_named(const JournalField& field, std::string_view value);
  [[nodiscard]] static bool is_instance(const JournalField& field, std::string_view value);

  template <class Values>
  [[nodiscard]] static bool holds(const Values& values, std::string_view value) {
    return std::ranges::find(values, value) != std::ranges::end(values);
  }

  std::vector<std::vector<JournalField>> sets_;
  std::vector<std::string> notes_;
};

}  // namespace spranga::guard
