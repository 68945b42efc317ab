#include "tests/support/watched_dialer.h"

namespace spranga::test {

class WatchedTransport final : public net::Transport {
public:
  WatchedTransport(std::unique_ptr<net::Transport> inner, std::atomic<int>& open)
      : inner_(std::move(inner)), open_(&open) {}

  WatchedTransport(const WatchedTransport&) = delete;
  WatchedTransport& operator=(const WatchedTransport&) = delete;
  WatchedTransport(WatchedTransport&&) = delete;
  WatchedTransport& operator=(WatchedTransport&&) = delete;

  ~WatchedTransport() override { leave(); }

  [[nodiscard]] Result<void> write(std::string_view bytes, SteadyTime deadline) override {
    return inner_->write(bytes, deadline);
  }

  [[nodiscard]] Result<std::string> read_some(SteadyTime deadline) override {
    return inner_->read_some(deadline);
  }

  [[nodiscard]] Result<net::TlsFacts> start_tls(const net::TlsOptions& options,
                                                SteadyTime deadline) override {
    return inner_->start_tls(options, deadline);
  }

  void close() override {
    leave();
    inner_->close();
  }

  [[nodiscard]] net::Address local_address() const override { return inner_->local_address(); }

private:
  void leave() {
    if (open_ != nullptr) {
      --*std::exchange(open_, nullptr);
    }
  }

  std::unique_ptr<net::Transport> inner_;
  std::atomic<int>* open_;
};

Result<std::unique_ptr<net::Transport>> WatchedDialer::connect(const net::Endpoint& to,
                                                               SteadyTime deadline) {
  const int so_far = total_++;
  if (const auto refusal = guard_ ? guard_(to.port, so_far) : std::nullopt) {
    return fail(*refusal, "scripted refusal");
  }
  SPRANGA_TRY(auto inner, through_.connect(to, deadline));
  const int now = ++open_;
  for (int seen = most_; seen < now && !most_.compare_exchange_weak(seen, now);) {
  }
  return std::unique_ptr<net::Transport>(
      std::make_unique<WatchedTransport>(std::move(inner), open_));
}

}  // namespace spranga::test
