// A message to the net helper, or of it: one that is read can be written again as the same, and
// holds nothing that is a command of SMTP.
#include "fuzz/input.h"
#include "net_helper/messages.h"

using namespace spranga::net_helper;
using spranga::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = spranga::fuzz::as_text(data, size);
  if (const auto request = read_request(bytes)) {
    require(pack(*request) == bytes);
    for (const auto& recipient : request->mail.recipients) {
      require(recipient.find_first_of("\r\n <>") == std::string::npos);
    }
    const auto& message = request->mail.message;
    require(request->what != Request::What::mail || message.ends_with("\r\n"));
  }
  if (const auto answer = read_answer(bytes)) {
    require(pack(*answer) == bytes);
  }
  return 0;
}
