#include "net/dns_answer.h"

#include <arpa/nameser.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <optional>

#include "text/ascii.h"

namespace spranga::net {

namespace {

constexpr std::size_t max_records = 100;

struct Message {
  const unsigned char* begin;
  const unsigned char* end;
};

/// The (perhaps compressed) name at `at`, lower case, without the final dot.
std::optional<std::string> read_name(const Message& message, const unsigned char* at) {
  std::array<char, NS_MAXDNAME> name{};
  if (dn_expand(message.begin, message.end, at, name.data(), static_cast<int>(name.size())) < 0) {
    return std::nullopt;
  }
  auto out = text::to_lower(std::string_view(name.data()));
  if (!out.empty() && out.back() == '.') {
    out.pop_back();
  }
  return out;
}

std::string read_strings(const unsigned char* data, std::size_t size) {
  std::string out;
  for (std::size_t at = 0; at < size;) {
    const std::size_t length = std::min<std::size_t>(data[at], size - at - 1);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as text
    out.append(reinterpret_cast<const char*>(data) + at + 1, length);
    at += length + 1;
  }
  return out;
}

void read_record(const Message& message, const ns_rr& record, DnsRecords& out) {
  const auto* data = ns_rr_rdata(record);
  const std::size_t size = ns_rr_rdlen(record);
  switch (ns_rr_type(record)) {
    case ns_t_mx:
      if (auto host = size > 2 ? read_name(message, data + 2) : std::nullopt) {
        out.mx.push_back({static_cast<int>(ns_get16(data)), *host});
      }
      return;
    case ns_t_srv:
      if (auto host = size > 6 ? read_name(message, data + 6) : std::nullopt) {
        out.srv.push_back({static_cast<int>(ns_get16(data)),
                           static_cast<int>(ns_get16(data + 2)),
                           static_cast<std::uint16_t>(ns_get16(data + 4)),
                           *host});
      }
      return;
    case ns_t_ptr:
      if (auto name = read_name(message, data)) {
        out.names.push_back(*name);
      }
      return;
    case ns_t_txt:
      out.txt.push_back(read_strings(data, size));
      return;
    default:
      return;
  }
}

}  // namespace

Result<DnsRecords> parse_dns_answer(std::string_view message, RecordType type) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the resolver library's type
  const auto* begin = reinterpret_cast<const unsigned char*>(message.data());
  ns_msg parsed{};
  if (ns_initparse(begin, static_cast<int>(message.size()), &parsed) != 0) {
    return fail(Errc::malformed, "not a DNS message");
  }
  const Message bounds{begin, begin + message.size()};
  DnsRecords out;
  const std::size_t count = std::min<std::size_t>(ns_msg_count(parsed, ns_s_an), max_records);
  for (std::size_t i = 0; i < count; ++i) {
    ns_rr record{};
    if (ns_parserr(&parsed, ns_s_an, static_cast<int>(i), &record) != 0) {
      return fail(Errc::malformed, "a DNS record that runs past its message");
    }
    if (static_cast<int>(ns_rr_type(record)) == static_cast<int>(type)) {
      read_record(bounds, record, out);
    }
  }
  std::ranges::stable_sort(out.mx, {}, &MxRecord::preference);
  std::ranges::stable_sort(out.srv, {}, &SrvRecord::priority);
  return out;
}

}  // namespace spranga::net
