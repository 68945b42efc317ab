#include "action_runner/request.h"

#include <utility>

#include "action_runner/values.h"
#include "plan/archive.h"
#include "plan/jail_fields.h"
#include "process/channel.h"

namespace spranga::action_runner {

constexpr Verb last_of(Verb /*any*/) {
  return Verb::mail;
}

constexpr Level last_of(Level /*any*/) {
  return Level::critical;
}

/// Other plans in sealed memory are none for us.
constexpr auto mark_of_plan = "spranga: actions";

constexpr WardenWord last_of(WardenWord /*any*/) {
  return WardenWord::quit;
}

constexpr Outcome last_of(Outcome /*any*/) {
  return Outcome::refused;
}

template <class Archive>
void fields(Archive& to, JailPlan& it) {
  to(it.name, it.bantime, it.ignorecommand, it.actions);
}

template <class Archive>
void fields(Archive& to, MailPlan& it) {
  to(it.program, it.senders, it.recipients);
}

template <class Archive>
void fields(Archive& to, RunnerPlan& it) {
  to(it.ipv6, it.jails, it.mail);
}

template <class Archive>
void fields(Archive& to, Request& it) {
  to(it.order, it.verb, it.jail, it.action, it.tags, it.fields, it.stopping, it.families);
}

template <class Archive>
void fields(Archive& to, LogLine& it) {
  to(it.level, it.logger, it.text);
}

template <class Archive>
void fields(Archive& to, Reply& it) {
  to(it.order, it.outcome, it.exit_code, it.rebuilt, it.why, it.started);
}

template <class Archive>
void fields(Archive& to, Answer& it) {
  to(it.order, it.lines, it.reply);
}

std::string pack(const RunnerPlan& plan) {
  return plan::to_bytes(std::pair(std::string(mark_of_plan), plan));
}

std::string pack(const Request& request) {
  return plan::to_bytes(request);
}

namespace {

std::string* longest_value_of(Request& request) {
  std::string* out = nullptr;
  for (auto* list : {&request.tags, &request.fields}) {
    for (auto& [name, value] : *list) {
      out = out == nullptr || value.size() > out->size() ? &value : out;
    }
  }
  return out;
}

/// Halved, at the end of a character.
void halve(std::string& value) {
  auto end = value.size() / 2;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  value.resize(end);
}

}  // namespace

std::string pack_cut(Request request) {
  auto out = pack(request);
  auto* longest = longest_value_of(request);
  // Not for its values too large: it will be refused.
  while (longest != nullptr && !longest->empty() &&
         (out.size() > process::Channel::largest_message || longest->size() > longest_value)) {
    halve(*longest);
    out = pack(request);
    longest = longest_value_of(request);
  }
  return out;
}

std::string pack(const Answer& answer) {
  return plan::to_bytes(answer);
}

std::string pack(WardenWord word) {
  return plan::to_bytes(word);
}

Result<RunnerPlan> read_runner_plan(std::string_view bytes) {
  constexpr auto what = "the action runner's plan";
  SPRANGA_TRY(auto marked, (plan::from_bytes<std::pair<std::string, RunnerPlan>>(bytes, what)));
  if (marked.first != mark_of_plan) {
    return fail(Errc::malformed, "another plan than the action runner's");
  }
  return std::move(marked.second);
}

Result<Request> read_request(std::string_view bytes) {
  return plan::from_bytes<Request>(bytes, "a request to the action runner");
}

Result<Answer> read_answer(std::string_view bytes) {
  return plan::from_bytes<Answer>(bytes, "an answer of the action runner");
}

Result<WardenWord> read_warden_word(std::string_view bytes) {
  return plan::from_bytes<WardenWord>(bytes, "the warden's word");
}

}  // namespace spranga::action_runner
