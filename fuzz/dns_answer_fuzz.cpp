// DNS answers: bounded, names in lower case and without the final dot, only records of the type
// asked for.
#include <array>

#include "fuzz/input.h"
#include "net/dns_answer.h"
#include "text/ascii.h"

using spranga::fuzz::require;
using spranga::net::RecordType;

namespace {

constexpr std::size_t most_records = 100;

void check_name(const std::string& name) {
  require(name == spranga::text::to_lower(name));
  require(name.size() <= 1024);  // 255 bytes on the wire, escaped
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = spranga::fuzz::as_text(data, size);
  for (const auto type : {RecordType::mx, RecordType::txt, RecordType::ptr, RecordType::srv}) {
    const auto records = spranga::net::parse_dns_answer(message, type);
    if (!records) {
      require(!records.error().detail.empty());
      continue;
    }
    const auto& [mx, srv, txt, names] = *records;
    const std::array counts{mx.size(), srv.size(), txt.size(), names.size()};
    std::size_t all = 0;
    for (const auto count : counts) {
      all += count;
    }
    require(all <= most_records);
    require(all == (type == RecordType::mx    ? mx.size()
                    : type == RecordType::srv ? srv.size()
                    : type == RecordType::txt ? txt.size()
                                              : names.size()));
    for (std::size_t i = 0; i < mx.size(); ++i) {
      check_name(mx[i].host);
      require(i == 0 || mx[i - 1].preference <= mx[i].preference);
    }
    for (std::size_t i = 0; i < srv.size(); ++i) {
      check_name(srv[i].host);
      require(i == 0 || srv[i - 1].priority <= srv[i].priority);
    }
    for (const auto& name : names) {
      check_name(name);
    }
  }
  return 0;
}
