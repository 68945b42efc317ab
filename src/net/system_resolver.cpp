#include "net/system_resolver.h"

#include <fmt/core.h>
#include <netdb.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "net/dns_answer.h"
#include "text/ascii.h"

namespace spranga::net {

namespace {

constexpr std::size_t max_message = 65'535;
constexpr std::size_t max_addresses = 64;

/// One glibc resolver state, closed when done.
class ResolverState {
public:
  ResolverState() : ok_(res_ninit(&state_) == 0) {}

  ResolverState(const ResolverState&) = delete;
  ResolverState& operator=(const ResolverState&) = delete;
  ResolverState(ResolverState&&) = delete;
  ResolverState& operator=(ResolverState&&) = delete;

  ~ResolverState() {
    if (ok_) {
      res_nclose(&state_);
    }
  }

  [[nodiscard]] bool ok() const { return ok_; }

  [[nodiscard]] res_state get() { return &state_; }

private:
  struct __res_state state_ {};

  bool ok_;
};

long seconds_until(SteadyTime deadline) {
  return std::chrono::floor<std::chrono::seconds>(deadline - std::chrono::steady_clock::now())
      .count();
}

Result<DnsRecords> query(const std::string& name, RecordType type, SteadyTime deadline) {
  const auto seconds = seconds_until(deadline);
  if (seconds < 1) {
    return fail(Errc::timeout, fmt::format("DNS: no time left to ask for {}", name));
  }
  ResolverState state;
  if (!state.ok()) {
    return fail(Errc::io, "DNS: resolv.conf could not be read");
  }
  // glibc asks each server `retry` times, waiting retrans, then 2 × retrans, shared by the servers.
  state.get()->retry = seconds >= 3 ? 2 : 1;
  state.get()->retrans = static_cast<int>(std::clamp(seconds / 3, 1L, 3L));
  std::string answer(max_message, '\0');
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the resolver library's type
  auto* bytes = reinterpret_cast<unsigned char*>(answer.data());
  const int length =
      res_nquery(state.get(), name.c_str(), ns_c_in, static_cast<int>(type), bytes, max_message);
  if (length >= 0) {
    answer.resize(std::min<std::size_t>(static_cast<std::size_t>(length), max_message));
    return parse_dns_answer(answer, type);
  }
  const int reason = state.get()->res_h_errno;
  if (reason == HOST_NOT_FOUND || reason == NO_DATA) {
    return DnsRecords{};
  }
  return fail(Errc::io, fmt::format("DNS: {}: {}", name, hstrerror(reason)));
}

/// getaddrinfo with a deadline. A look-up that is still under way when time is up keeps its memory.
class AddressLookup {
public:
  explicit AddressLookup(const std::string& host) : job_(new Job) {
    job_->host = host;
    job_->hints.ai_socktype = SOCK_STREAM;
    job_->request.ar_name = job_->host.c_str();
    job_->request.ar_request = &job_->hints;
  }

  Result<std::vector<Address>> run(SteadyTime deadline) {
    std::array<gaicb*, 1> list{&job_->request};
    if (const int failed = getaddrinfo_a(GAI_NOWAIT, list.data(), 1, nullptr); failed != 0) {
      return failure(failed);
    }
    int state = EAI_INPROGRESS;
    while ((state = gai_error(&job_->request)) == EAI_INPROGRESS) {
      const auto left = deadline - std::chrono::steady_clock::now();
      if (left.count() <= 0) {
        if (gai_cancel(&job_->request) != EAI_CANCELED) {
          static_cast<void>(job_.release());  // glibc still writes to it
        }
        return fail(Errc::timeout, "DNS: no answer in time");
      }
      const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
      const timespec wait{seconds.count(), (left - seconds).count()};
      const std::array<const gaicb*, 1> waited{&job_->request};
      gai_suspend(waited.data(), 1, &wait);
    }
    return state == 0 ? Result<std::vector<Address>>(collect()) : failure(state);
  }

private:
  struct Job {
    std::string host;
    addrinfo hints{};
    gaicb request{};
  };

  [[nodiscard]] static Result<std::vector<Address>> failure(int reason) {
    if (reason == EAI_NONAME || reason == EAI_NODATA || reason == EAI_ADDRFAMILY) {
      return std::vector<Address>{};
    }
    return fail(Errc::io, fmt::format("DNS: {}", gai_strerror(reason)));
  }

  [[nodiscard]] std::vector<Address> collect() const {
    std::vector<Address> out;
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(job_->request.ar_result,
                                                                  &freeaddrinfo);
    for (const auto* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
      sockaddr_storage storage{};
      std::copy_n(
          // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own idiom
          reinterpret_cast<const char*>(entry->ai_addr),
          std::min<std::size_t>(entry->ai_addrlen, sizeof storage),
          // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own idiom
          reinterpret_cast<char*>(&storage));
      const auto address = Address::from_sockaddr(storage);
      if (address && std::ranges::find(out, *address) == out.end() && out.size() < max_addresses) {
        out.push_back(*address);
      }
    }
    std::ranges::stable_sort(out, {}, &Address::family);
    return out;
  }

  std::unique_ptr<Job> job_;
};

class SystemResolver final : public Resolver {
public:
  explicit SystemResolver(std::string hosts_file) : hosts_file_(std::move(hosts_file)) {}

  [[nodiscard]] Result<std::vector<Address>> addresses(const std::string& host,
                                                       SteadyTime deadline) override {
    return AddressLookup(host).run(deadline);
  }

  [[nodiscard]] Result<std::vector<MxRecord>> mx(const std::string& domain,
                                                 SteadyTime deadline) override {
    SPRANGA_TRY(auto records, query(domain, RecordType::mx, deadline));
    return std::move(records.mx);
  }

  [[nodiscard]] Result<std::vector<SrvRecord>> srv(const std::string& name,
                                                   SteadyTime deadline) override {
    SPRANGA_TRY(auto records, query(name, RecordType::srv, deadline));
    return std::move(records.srv);
  }

  [[nodiscard]] Result<std::vector<std::string>> txt(const std::string& name,
                                                     SteadyTime deadline) override {
    SPRANGA_TRY(auto records, query(name, RecordType::txt, deadline));
    return std::move(records.txt);
  }

  [[nodiscard]] Result<std::vector<std::string>> names_of(const Address& address,
                                                          SteadyTime deadline) override {
    if (auto names = names_in_hosts_file(address); !names.empty()) {
      return names;
    }
    SPRANGA_TRY(auto records, query(address.reverse_name(), RecordType::ptr, deadline));
    return std::move(records.names);
  }

private:
  [[nodiscard]] std::vector<std::string> names_in_hosts_file(const Address& address) const;

  std::string hosts_file_;
};

std::vector<std::string> SystemResolver::names_in_hosts_file(const Address& address) const {
  std::vector<std::string> out;
  std::ifstream file(hosts_file_);
  for (std::string line; std::getline(file, line);) {
    const auto words = text::split_words(std::string_view(line).substr(0, line.find('#')));
    if (words.size() > 1 && Address::parse(words.front()) == address) {
      out.emplace_back(words[1]);  // the canonical name
    }
  }
  return out;
}

}  // namespace

std::unique_ptr<Resolver> make_resolver(std::string hosts_file) {
  return std::make_unique<SystemResolver>(std::move(hosts_file));
}

}  // namespace spranga::net
