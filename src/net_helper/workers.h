// Workers: threads that wait for name servers and mail servers, so that the loop does not. They are
// started when they are needed and end with the process.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "net_helper/desk.h"

namespace spranga::net_helper {

class Workers {
public:
  /// Runs in a thread of its own; may wait until the job's deadline.
  using Do = std::function<Answer(const Job& job)>;

  struct Done {
    std::uint64_t job{0};
    Answer outcome;
  };

  /// An eventfd could not be made: Errc::io.
  [[nodiscard]] static Result<std::unique_ptr<Workers>> make(Do work);

  /// How many more jobs can begin at once.
  [[nodiscard]] std::size_t free_hands(bool mail) const { return most(mail) - busy(mail); }

  /// Not more than there are free hands.
  void begin(bool mail, Job job);

  /// What has been done since; the descriptor is quiet again.
  [[nodiscard]] std::vector<Done> take_done();

  /// Readable when take_done has something.
  [[nodiscard]] int fd() const;

  static constexpr std::size_t most_for_names = 12;
  static constexpr std::size_t most_for_mail = 2;

private:
  explicit Workers(Do work, Fd wake);

  struct Shared;  // outlives this object while a thread still waits for a server

  [[nodiscard]] static std::size_t most(bool mail) { return mail ? most_for_mail : most_for_names; }

  [[nodiscard]] std::size_t busy(bool mail) const { return mail ? busy_mail_ : busy_names_; }

  std::shared_ptr<Shared> shared_;
  std::size_t busy_mail_{0};
  std::size_t busy_names_{0};
};

}  // namespace spranga::net_helper
