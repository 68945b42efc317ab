// S1: does the server pass on a stranger's mail to a domain that is not its own? Every form is
// asked after a control, a recipient of its own: what is refused with it is refused for another
// reason.
#pragma once

#include <string>
#include <vector>

#include "check/probes/relay_verdict.h"
#include "check/probes/stranger.h"

namespace spranga::check {

class OpenRelay {
public:
  explicit OpenRelay(Stranger& stranger) : stranger_(stranger) {}

  /// The outside sender, and the others as far as the log can bear it, or all with --relay, as long
  /// as the door stays open. Where the log bears one line only a sender of the own domain, which
  /// tells of the outside one too.
  void ask(bool own_sender_refused);

  /// Adds S1, one a port: the worst form speaks.
  void conclude();

  /// A stranger's mail to the login's own address was taken.
  [[nodiscard]] bool own_mailbox_taken() const { return own_mailbox_taken_; }

private:
  struct Form {
    std::string sender;
    words::Word name;
  };

  [[nodiscard]] int line_cost() const;
  [[nodiscard]] bool relay_forms() const;
  [[nodiscard]] bool asked_for() const;
  [[nodiscard]] bool bears_one_line() const;
  [[nodiscard]] bool tells_nothing(Control control) const;
  bool own_domain_tells_all(bool own_sender_refused);
  void doubt_words_of_its_own(finding::Finding& finding);
  void leave_strangers_open(finding::Finding& finding, const std::string& sender) const;
  void ask_form(const Form& form);
  void leave();
  bool ask_as(const Form& form);
  void ask_as_others();
  void ask_own_domain(const Subject& subject);
  void note_refused(const smtp::Reply& reply, std::string_view recipient);
  [[nodiscard]] bool passed() const;
  void note_relay_refused(const smtp::Reply& reply, std::string_view recipient);
  Control ask_control(std::string& words);
  void judge_outside(const Form& form,
                     const Result<smtp::Reply>& reply,
                     std::string_view recipient,
                     Control control,
                     const std::string& control_words);
  void judge_accepted(const Form& form, const std::string& control_words);
  void add_unclear(const smtp::Reply& reply, const std::string& control_words);
  void add(finding::Status status,
           words::Phrase summary,
           finding::Confidence confidence = finding::Confidence::proven);
  [[nodiscard]] std::string outside_recipient() const;

  Stranger& stranger_;
  bool found_{false};
  bool shut_{false};               // the door, behind the last question
  bool recipient_taken_{false};    // at RCPT, whatever DATA told then
  bool recipient_denied_{false};   // for relaying, from whomever
  bool recipient_unknown_{false};  // the outside one, while the control was taken
  bool own_mailbox_taken_{false};
  std::vector<std::string> left_out_;  // senders that the log could bear no line for, by name
  std::string unknown_sender_;         // the last one was looked up in vain, raw
  std::vector<finding::Finding> findings_;
};

}  // namespace spranga::check
