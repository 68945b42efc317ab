// Helper: the loop of the net helper's process: requests in, work to the workers, answers out.
#pragma once

#include <memory>

#include "net/resolver.h"
#include "net_helper/desk.h"
#include "net_helper/workers.h"
#include "process/channel.h"

namespace spranga::net_helper {

/// What a worker does with a job. Thread-safe, as the resolver is.
[[nodiscard]] Answer do_job(const Job& job, net::Resolver& resolver);

class Helper {
public:
  Helper(process::Channel channel, Workers& workers, const Clock& clock)
      : channel_(std::move(channel)), workers_(workers), clock_(clock) {}

  /// Until the other end is closed: ok. An error ends the process.
  [[nodiscard]] Result<void> run();

private:
  [[nodiscard]] Result<bool> turn();
  [[nodiscard]] Result<bool> take_requests();
  void begin_work();
  [[nodiscard]] Result<void> give_answers();

  process::Channel channel_;
  Workers& workers_;
  const Clock& clock_;
  Desk desk_;
};

}  // namespace spranga::net_helper
