#include "guard/old_logs/read_ahead.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace spranga::guard {

namespace {

constexpr std::size_t block_bytes = 256UL * 1024;
constexpr std::size_t most_blocks = 8;  // that are read ahead

class ReadAhead : public ByteSource {
public:
  explicit ReadAhead(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  ReadAhead(ReadAhead&&) = delete;
  ReadAhead& operator=(ReadAhead&&) = delete;

  ~ReadAhead() override {
    if (thread_.joinable()) {
      {
        const std::lock_guard lock(mutex_);
        is_left_ = true;
      }
      has_room_.notify_one();
      thread_.join();
    }
  }

  Result<std::size_t> read(std::span<char> into) override {
    if (!thread_.joinable() && !start()) {
      return read_here(into);
    }
    auto* block = at_hand();
    if (block->failure) {
      return tl::unexpected<Error>(*block->failure);
    }
    const auto count = std::min(into.size(), block->size - given_);
    std::copy_n(block->bytes.data() + given_, count, into.data());
    given_ += count;
    progress_ = block->progress;
    return count;
  }

  [[nodiscard]] LogProgress progress() const override { return progress_; }

private:
  struct Block {
    std::vector<char> bytes;
    std::size_t size{0};  // 0: the log's end
    std::optional<Error> failure;
    LogProgress progress;

    [[nodiscard]] bool is_last() const { return size == 0; }
  };

  Result<std::size_t> read_here(std::span<char> into) {
    auto count = source_->read(into);
    progress_ = source_->progress();
    is_long_ = count && *count == into.size();
    return count;
  }

  /// False: not yet, or there can be no thread.
  bool start() {
    if (!is_long_ || is_alone_) {
      return false;
    }
    try {
      thread_ = std::thread([this] { read_on(); });
    } catch (const std::system_error&) {
      is_alone_ = true;
    }
    return !is_alone_;
  }

  /// The block that is to be given next. The last one stays.
  Block* at_hand() {
    std::unique_lock lock(mutex_);
    if (filled_ > 0 && !oldest().is_last() && given_ == oldest().size) {
      first_ = (first_ + 1) % most_blocks;
      --filled_;
      given_ = 0;
      has_room_.notify_one();
    }
    has_block_.wait(lock, [this] { return filled_ > 0; });
    return &oldest();
  }

  [[nodiscard]] Block& oldest() { return blocks_.at(first_); }

  /// The thread. A block that is being filled is nobody else's.
  void read_on() {
    for (bool ended = false; !ended;) {
      auto* block = free_block();
      if (block == nullptr) {
        return;
      }
      fill(*block);
      ended = block->is_last();
      {
        const std::lock_guard lock(mutex_);
        ++filled_;
      }
      has_block_.notify_one();
    }
  }

  /// None: nobody wants more.
  Block* free_block() {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] { return is_left_ || filled_ < most_blocks; });
    return is_left_ ? nullptr : &blocks_.at((first_ + filled_) % most_blocks);
  }

  void fill(Block& block) {
    block.size = 0;
    try {
      block.bytes.resize(block_bytes);
      const auto count = source_->read(block.bytes);
      block.size = count.value_or(0);
      if (!count) {
        block.failure = count.error();
      }
      block.progress = source_->progress();
    } catch (const std::bad_alloc&) {
      block.failure = Error{Errc::io, "no memory is left to unpack a log"};
    }
  }

  std::unique_ptr<ByteSource> source_;  // the thread's, once there is one
  LogProgress progress_;
  bool is_long_{false};  // there was as much as was asked for
  bool is_alone_{false};
  std::size_t given_{0};  // of the oldest block

  std::mutex mutex_;  // first_, filled_, is_left_
  std::condition_variable has_block_;
  std::condition_variable has_room_;
  std::array<Block, most_blocks> blocks_;
  std::size_t first_{0};
  std::size_t filled_{0};
  bool is_left_{false};
  std::thread thread_;
};

}  // namespace

std::unique_ptr<ByteSource> read_ahead(std::unique_ptr<ByteSource> source) {
  return std::make_unique<ReadAhead>(std::move(source));
}

bool has_another_processor() {
  cpu_set_t all;
  CPU_ZERO(&all);
  return ::sched_getaffinity(0, sizeof all, &all) == 0 && CPU_COUNT(&all) > 1;
}

}  // namespace spranga::guard
