#include "guard/old_logs/gzip_bytes.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace spranga::guard {

namespace {

class GzipBytes : public ByteSource {
public:
  GzipBytes(std::unique_ptr<ByteSource> packed, std::string name)
      : packed_(std::move(packed)), name_(std::move(name)), block_(packed_block) {
    constexpr int gzip_alone = 16;  // added to the size of the window: no zlib, no raw deflate
    if (::inflateInit2(&stream_, gzip_alone + MAX_WBITS) != Z_OK) {
      failure_ = Error{Errc::io, name_ + ": zlib has no memory"};
    }
  }

  GzipBytes(const GzipBytes&) = delete;
  GzipBytes& operator=(const GzipBytes&) = delete;
  GzipBytes(GzipBytes&&) = delete;
  GzipBytes& operator=(GzipBytes&&) = delete;

  ~GzipBytes() override { ::inflateEnd(&stream_); }

  /// What came before a fault is given first; the call after that has the error.
  Result<std::size_t> read(std::span<char> into) override {
    const auto room = std::min<std::size_t>(into.size(), std::numeric_limits<uInt>::max());
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());  // NOLINT: zlib's bytes
    stream_.avail_out = static_cast<uInt>(room);
    while (stream_.avail_out > 0 && !ended_ && !failure_) {
      step();
    }
    const auto count = room - stream_.avail_out;
    if (count == 0 && failure_) {
      return tl::unexpected<Error>(*failure_);
    }
    return count;
  }

  [[nodiscard]] LogProgress progress() const override { return packed_->progress(); }

private:
  static constexpr std::size_t packed_block = 64UL * 1024;

  void step() {
    if (stream_.avail_in == 0 && !fill()) {
      return;
    }
    constexpr Bytef first_of_magic = 0x1F;
    if (between_ && *stream_.next_in != first_of_magic) {
      ended_ = true;  // padding, or what somebody hung on: gzip does not mind either
      return;
    }
    between_ = false;
    const int code = ::inflate(&stream_, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      between_ = true;
      ::inflateReset(&stream_);
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      const auto* why = stream_.msg;
      damaged(why == nullptr ? "damaged" : why);
    }
  }

  /// More packed bytes; false where there are none.
  bool fill() {
    const auto count = packed_->read(block_);
    if (!count) {
      failure_ = count.error();
      return false;
    }
    if (*count == 0) {
      ended_ = between_;
      if (!between_) {
        damaged("truncated gzip input");
      }
      return false;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(block_.data());  // NOLINT: zlib's bytes
    stream_.avail_in = static_cast<uInt>(*count);
    return true;
  }

  void damaged(const char* why) { failure_ = Error{Errc::malformed, name_ + ": " + why}; }

  std::unique_ptr<ByteSource> packed_;
  std::string name_;
  std::vector<char> block_;
  z_stream stream_{};
  bool between_{false};  // behind a member's end
  bool ended_{false};
  std::optional<Error> failure_;
};

}  // namespace

std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed,
                                        const std::string& name) {
  return std::make_unique<GzipBytes>(std::move(packed), name);
}

}  // namespace spranga::guard
