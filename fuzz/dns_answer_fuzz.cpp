// DNS answers: bounded, names in lower case and without the final dot, only records of the type
// asked for.
#include <algorithm>
#include <string>

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

std::size_t records_of(const spranga::net::DnsRecords& records, RecordType type) {
  switch (type) {
    case RecordType::mx:
      return records.mx.size();
    case RecordType::srv:
      return records.srv.size();
    case RecordType::txt:
      return records.txt.size();
    case RecordType::ptr:
      break;
  }
  return records.names.size();
}

void check_records(const spranga::net::DnsRecords& records, RecordType type) {
  const auto& [mx, srv, txt, names] = records;
  require(records_of(records, type) <= most_records);
  require(mx.size() + srv.size() + txt.size() + names.size() == records_of(records, type));
  require(std::ranges::is_sorted(mx, {}, &spranga::net::MxRecord::preference));
  require(std::ranges::is_sorted(srv, {}, &spranga::net::SrvRecord::priority));
  for (const auto& record : mx) {
    check_name(record.host);
  }
  for (const auto& record : srv) {
    check_name(record.host);
  }
  for (const auto& name : names) {
    check_name(name);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = spranga::fuzz::as_text(data, size);
  for (const auto type : {RecordType::mx, RecordType::txt, RecordType::ptr, RecordType::srv}) {
    const auto records = spranga::net::parse_dns_answer(message, type);
    if (records) {
      check_records(*records, type);
    } else {
      require(!records.error().detail.empty());
    }
  }
  return 0;
}
