#include "guard/old_logs/byte_source.h"

#include <archive.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "guard/old_logs/gzip_bytes.h"
#include "guard/old_logs/read_ahead.h"

namespace spranga::guard {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t packed_read = 256UL * 1024;

constexpr std::array packed_heads = {
    "BZh"sv,                       // bzip2
    "\xFD\x37\x7A\x58\x5A\x00"sv,  // xz
    "\x28\xB5\x2F\xFD"sv,          // zstd
};

constexpr std::string_view gzip_head = "\x1F\x8B";
constexpr std::string_view journal_head = "LPKSHHRH";

Result<std::size_t> read_some(int fd, std::span<char> into, const std::string& name) {
  while (true) {
    const auto count = ::read(fd, into.data(), into.size());
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR) {
      return fail(Errc::io, name + ": " + std::generic_category().message(errno));
    }
  }
}

/// A file as it is; its first bytes were read before.
class PlainBytes : public ByteSource {
public:
  PlainBytes(Fd fd, std::string name, std::string head)
      : fd_(std::move(fd)), name_(std::move(name)), head_(std::move(head)) {
    struct stat facts {};

    if (::fstat(fd_.get(), &facts) == 0 && S_ISREG(facts.st_mode)) {
      size_ = static_cast<std::uint64_t>(facts.st_size);
    }
  }

  Result<std::size_t> read(std::span<char> into) override {
    std::size_t count = std::min(head_.size() - given_, into.size());
    if (count > 0) {
      std::copy_n(head_.data() + given_, count, into.data());
      given_ += count;
    } else {
      SPRANGA_TRY(count, read_some(fd_.get(), into, name_));
    }
    done_ += count;
    return count;
  }

  [[nodiscard]] LogProgress progress() const override { return {done_, size_}; }

  [[nodiscard]] const std::string& name() const { return name_; }

private:
  Fd fd_;
  std::string name_;
  std::string head_;
  std::size_t given_{0};
  std::uint64_t done_{0};
  std::uint64_t size_{0};
};

/// A packed file. libarchive knows the formats; its raw format is one entry, the file itself.
class PackedBytes : public ByteSource {
public:
  explicit PackedBytes(std::unique_ptr<PlainBytes> packed)
      : packed_(std::move(packed)), archive_(archive_read_new()), block_(packed_read) {}

  Result<void> open() {
    archive_read_support_filter_bzip2(archive_.get());
    archive_read_support_filter_xz(archive_.get());
    archive_read_support_filter_zstd(archive_.get());
    archive_read_support_format_raw(archive_.get());
    archive_entry* entry = nullptr;
    if (archive_read_open(archive_.get(), this, nullptr, give, nullptr) != ARCHIVE_OK ||
        archive_read_next_header(archive_.get(), &entry) != ARCHIVE_OK) {
      return damaged();
    }
    return {};
  }

  Result<std::size_t> read(std::span<char> into) override {
    const auto count = archive_read_data(archive_.get(), into.data(), into.size());
    if (count < 0) {
      return damaged();
    }
    return static_cast<std::size_t>(count);
  }

  [[nodiscard]] LogProgress progress() const override { return packed_->progress(); }

private:
  struct Close {
    void operator()(archive* raw) const { archive_read_free(raw); }
  };

  static la_ssize_t give(archive* /*raw*/, void* self, const void** bytes) {
    auto* source = static_cast<PackedBytes*>(self);
    const auto count = source->packed_->read(source->block_);
    if (!count) {
      source->failure_ = count.error();
      return -1;
    }
    *bytes = source->block_.data();
    return static_cast<la_ssize_t>(*count);
  }

  [[nodiscard]] tl::unexpected<Error> damaged() const {
    if (failure_) {
      return tl::unexpected<Error>(*failure_);
    }
    const auto* why = archive_error_string(archive_.get());
    return fail(Errc::malformed, packed_->name() + ": " + (why == nullptr ? "damaged" : why));
  }

  std::unique_ptr<PlainBytes> packed_;
  std::unique_ptr<archive, Close> archive_;
  std::vector<char> block_;
  std::optional<Error> failure_;
};

}  // namespace

/// On another processor, where there is one.
static std::unique_ptr<ByteSource> unpacking(std::unique_ptr<ByteSource> packed) {
  return has_another_processor() ? read_ahead(std::move(packed)) : std::move(packed);
}

bool is_journal_head(std::string_view head) {
  return head.starts_with(journal_head);
}

Result<std::unique_ptr<ByteSource>> open_bytes(Fd fd, const std::string& name) {
  std::string head(journal_head.size(), '\0');
  std::size_t length = 0;
  while (length < head.size()) {
    SPRANGA_TRY(const auto count, read_some(fd.get(), std::span(head).subspan(length), name));
    if (count == 0) {
      break;
    }
    length += count;
  }
  head.resize(length);
  auto plain = std::make_unique<PlainBytes>(std::move(fd), name, head);
  if (head.starts_with(gzip_head)) {
    return unpacking(unpack_gzip(std::move(plain), name));
  }
  if (std::ranges::none_of(packed_heads, [&](auto magic) { return head.starts_with(magic); })) {
    return plain;
  }
  auto packed = std::make_unique<PackedBytes>(std::move(plain));
  SPRANGA_CHECK(packed->open());
  return unpacking(std::move(packed));
}

}  // namespace spranga::guard
