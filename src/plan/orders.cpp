#include "plan/orders.h"

#include "plan/archive.h"

namespace spranga {

constexpr Errc last_of(Errc /*any*/) {
  return Errc::internal;
}

}  // namespace spranga

// Found by their arguments, so no namespace of this file alone.
namespace spranga::plan {

constexpr Ask::What last_of(Ask::What /*any*/) {
  return Ask::What::goodbye;
}

constexpr Tell::What last_of(Tell::What /*any*/) {
  return Tell::What::ping;
}

template <class Archive>
void fields(Archive& to, Ask& it) {
  to(it.what, it.text, it.number);
}

template <class Archive>
void fields(Archive& to, Answer& it) {
  to(it.code, it.error, it.text, it.number, it.texts);
}

template <class Archive>
void fields(Archive& to, Tell& it) {
  to(it.what);
}

std::string pack(const Ask& ask) {
  return to_bytes(ask);
}

std::string pack(const Answer& answer) {
  return to_bytes(answer);
}

std::string pack(const Tell& tell) {
  return to_bytes(tell);
}

Result<Ask> read_ask(std::string_view bytes) {
  return from_bytes<Ask>(bytes, "a request to the warden");
}

Result<Answer> read_answer(std::string_view bytes) {
  return from_bytes<Answer>(bytes, "an answer of the warden");
}

Result<Tell> read_tell(std::string_view bytes) {
  return from_bytes<Tell>(bytes, "a word of the warden");
}

}  // namespace spranga::plan
