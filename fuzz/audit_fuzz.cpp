// A whole check against a server that says the input: pieces parted by the byte 0x1E, each the
// answer to one write of ours, the first the greeting; the same on every connection. No handshake
// gives a valid certificate. Whatever is said, the run ends within its limits, sends no message and
// no password, and keeps secrets out of its report.
#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "check/check.h"
#include "fuzz/input.h"
#include "smtp/sasl.h"

using spranga::Clock;
using spranga::Errc;
using spranga::fail;
using spranga::Milliseconds;
using spranga::Result;
using spranga::SteadyTime;
using spranga::fuzz::require;
namespace net = spranga::net;

namespace {

constexpr char parting = 0x1E;
const std::string password = "correct horse";

/// A millisecond passes at each read, from whichever thread.
class StepClock final : public Clock {
public:
  [[nodiscard]] SteadyTime now() const override { return SteadyTime(Milliseconds(elapsed_)); }

  [[nodiscard]] std::chrono::system_clock::time_point wall() const override { return {}; }

  void step(Milliseconds by) { elapsed_ += by.count(); }

private:
  std::atomic<long> elapsed_{1'000'000};
};

class InputTransport final : public net::Transport {
public:
  InputTransport(const std::vector<std::string>& pieces, StepClock& clock)
      : pieces_(pieces), clock_(clock) {}

  [[nodiscard]] Result<void> write(std::string_view bytes, SteadyTime /*deadline*/) override {
    ++writes_;
    require(bytes.find("Subject:") == std::string_view::npos);
    require(bytes.find(password) == std::string_view::npos);
    require(bytes.find(spranga::smtp::base64(password)) == std::string_view::npos);
    return {};
  }

  [[nodiscard]] Result<std::string> read_some(SteadyTime deadline) override {
    clock_.step(Milliseconds(1));
    if (next_ == pieces_.size()) {
      return fail(Errc::closed, "the input is over");
    }
    if (next_ > writes_) {
      clock_.step(
          std::max(Milliseconds(0), std::chrono::ceil<Milliseconds>(deadline - clock_.now())));
      return fail(Errc::timeout, "no answer in time");
    }
    return pieces_[next_++];
  }

  [[nodiscard]] Result<net::TlsFacts> start_tls(const net::TlsOptions& options,
                                                SteadyTime /*deadline*/) override {
    ++writes_;
    if (options.highest < net::TlsVersion::tls1_2) {
      return fail(Errc::tls, "alert protocol version");
    }
    net::TlsFacts facts;
    facts.certificate_trusted = true;
    return facts;
  }

  void close() override {}

  [[nodiscard]] net::Address local_address() const override { return {}; }

private:
  const std::vector<std::string>& pieces_;
  StepClock& clock_;
  std::size_t next_{0};
  std::size_t writes_{0};
};

class InputDialer final : public net::Dialer {
public:
  InputDialer(const std::vector<std::string>& pieces, StepClock& clock)
      : pieces_(pieces), clock_(clock) {}

  [[nodiscard]] Result<std::unique_ptr<net::Transport>> connect(const net::Endpoint& /*to*/,
                                                                SteadyTime /*deadline*/) override {
    require(++connections_ <= 25);
    return std::unique_ptr<net::Transport>(std::make_unique<InputTransport>(pieces_, clock_));
  }

private:
  const std::vector<std::string>& pieces_;
  StepClock& clock_;
  std::atomic<int> connections_{0};
};

class NoDns final : public net::Resolver {
public:
  [[nodiscard]] Result<std::vector<net::Address>> addresses(const std::string&,
                                                            SteadyTime) override {
    return {};
  }

  [[nodiscard]] Result<std::vector<net::MxRecord>> mx(const std::string&, SteadyTime) override {
    return {};
  }

  [[nodiscard]] Result<std::vector<net::SrvRecord>> srv(const std::string&, SteadyTime) override {
    return {};
  }

  [[nodiscard]] Result<std::vector<std::string>> txt(const std::string&, SteadyTime) override {
    return {};
  }

  [[nodiscard]] Result<std::vector<std::string>> names_of(const net::Address&,
                                                          SteadyTime) override {
    return {};
  }
};

std::vector<std::string> pieces_of(std::string_view input) {
  constexpr std::size_t most_pieces = 64;
  std::vector<std::string> out;
  while (!input.empty() && out.size() < most_pieces) {
    const auto end = std::min(input.find(parting), input.size());
    if (end > 0) {
      out.emplace_back(input.substr(0, end));
    }
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  return out;
}

void check_report(const spranga::finding::Report& report) {
  require(report.verdict != spranga::finding::Verdict::is_protected);
  for (const auto& finding : report.findings) {
    require(spranga::finding::find_check(finding.id) != nullptr);
    require(!spranga::words::say(finding.summary).empty());
    for (const auto& line : finding.evidence) {
      require(line.text.find(password) == std::string::npos);
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto pieces = pieces_of(spranga::fuzz::as_text(data, size));
  StepClock clock;
  InputDialer dialer(pieces, clock);
  NoDns resolver;
  spranga::check::CheckSettings settings;
  settings.loopback_is_outside = true;
  settings.tls_name = "mail.example.org";
  settings.domain = "example.org";
  settings.timeout = Milliseconds(5);
  settings.total_timeout = Milliseconds(2000);
  settings.credentials.emplace();
  settings.credentials->user = "bob@example.org";
  settings.credentials->password = spranga::check::Secret(password);
  const auto report =
      spranga::check::run_check("127.0.0.1", settings, {clock, resolver, dialer}, {});
  check_report(report);
  return 0;
}
