// What a DNS answer says: record data of one type, from the bytes of a response. Pure; fuzzed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/resolver.h"

namespace spranga::net {

/// The numbers of RFC 1035 and 2782.
enum class RecordType { mx = 15, txt = 16, ptr = 12, srv = 33 };

struct DnsRecords {
  std::vector<MxRecord> mx;        // sorted by preference
  std::vector<SrvRecord> srv;      // sorted by priority
  std::vector<std::string> txt;    // strings of one record joined
  std::vector<std::string> names;  // PTR
};

/// Records of `type` in the answer section of `message`; others (CNAME, RRSIG) are passed over. At
/// most 100 records. Errc::malformed where the bytes are no DNS message.
[[nodiscard]] Result<DnsRecords> parse_dns_answer(std::string_view message, RecordType type);

}  // namespace spranga::net
