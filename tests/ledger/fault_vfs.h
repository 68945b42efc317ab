// A way to the disk that fails on demand: a shim before SQLite's own VFS. What is open goes on
// through it, so a disk can fill up, and be emptied again, in mid-life.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace spranga::ledger::test {

class FaultVfs {
public:
  explicit FaultVfs(std::string name) : name_(std::move(name)), real_(sqlite3_vfs_find(nullptr)) {
    shim_ = *real_;
    shim_.zName = name_.c_str();
    shim_.pAppData = this;
    shim_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    shim_.pNext = nullptr;
    shim_.xOpen = &FaultVfs::open;
    sqlite3_vfs_register(&shim_, 0);
  }

  ~FaultVfs() { sqlite3_vfs_unregister(&shim_); }

  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;
  FaultVfs(FaultVfs&&) = delete;
  FaultVfs& operator=(FaultVfs&&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  /// After so many bytes more every write fails with `code` (SQLITE_FULL …).
  void fail_after(std::int64_t bytes, int code = SQLITE_FULL) {
    code_ = code;
    room_ = bytes;
    is_failing_ = true;
  }

  /// From now on no PATH-shm can be made, as on a disk that is mounted read-only.
  void refuse_shm() { without_shm_ = true; }

  void heal() { is_failing_ = false; }

  [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
  struct File : sqlite3_file {
    FaultVfs* vfs;
    sqlite3_file* real;
    sqlite3_io_methods methods;
  };

  static File* of(sqlite3_file* file) { return static_cast<File*>(file); }

  static sqlite3_file* real(sqlite3_file* file) { return of(file)->real; }

  static int open(
      sqlite3_vfs* shim, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    auto* const self = static_cast<FaultVfs*>(shim->pAppData);
    auto* const fault = of(file);
    fault->pMethods = nullptr;
    fault->vfs = self;
    fault->real = static_cast<sqlite3_file*>(
        static_cast<void*>(static_cast<char*>(static_cast<void*>(file)) + sizeof(File)));
    const auto code = self->real_->xOpen(self->real_, path, fault->real, flags, out_flags);
    if (fault->real->pMethods == nullptr) {
      return code;
    }
    fault->methods = *fault->real->pMethods;
    fault->methods.iVersion = 2;
    fault->methods.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
    fault->methods.xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
      return real(f)->pMethods->xRead(real(f), to, size, at);
    };
    fault->methods.xWrite = &FaultVfs::write;
    fault->methods.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      return real(f)->pMethods->xTruncate(real(f), size);
    };
    fault->methods.xSync = [](sqlite3_file* f, int how) {
      return real(f)->pMethods->xSync(real(f), how);
    };
    fault->methods.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      return real(f)->pMethods->xFileSize(real(f), size);
    };
    fault->methods.xLock = [](sqlite3_file* f, int lock) {
      return real(f)->pMethods->xLock(real(f), lock);
    };
    fault->methods.xUnlock = [](sqlite3_file* f, int lock) {
      return real(f)->pMethods->xUnlock(real(f), lock);
    };
    fault->methods.xCheckReservedLock = [](sqlite3_file* f, int* out) {
      return real(f)->pMethods->xCheckReservedLock(real(f), out);
    };
    fault->methods.xFileControl = [](sqlite3_file* f, int what, void* with) {
      return real(f)->pMethods->xFileControl(real(f), what, with);
    };
    fault->methods.xSectorSize = [](sqlite3_file* f) {
      return real(f)->pMethods->xSectorSize(real(f));
    };
    fault->methods.xDeviceCharacteristics = [](sqlite3_file* f) {
      return real(f)->pMethods->xDeviceCharacteristics(real(f));
    };
    fault->methods.xShmMap = [](sqlite3_file* f, int page, int size, int how, volatile void** out) {
      return of(f)->vfs->without_shm_ ? SQLITE_CANTOPEN
                                      : real(f)->pMethods->xShmMap(real(f), page, size, how, out);
    };
    fault->methods.xShmLock = [](sqlite3_file* f, int offset, int count, int how) {
      return real(f)->pMethods->xShmLock(real(f), offset, count, how);
    };
    fault->methods.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
    fault->methods.xShmUnmap = [](sqlite3_file* f, int and_delete) {
      return real(f)->pMethods->xShmUnmap(real(f), and_delete);
    };
    fault->pMethods = &fault->methods;
    return code;
  }

  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    auto* const self = of(file)->vfs;
    if (self->is_failing_ && (self->room_ -= size) < 0) {
      ++self->refused_;
      return self->code_;
    }
    return real(file)->pMethods->xWrite(real(file), from, size, at);
  }

  std::string name_;
  sqlite3_vfs* real_;
  sqlite3_vfs shim_{};
  std::atomic<bool> is_failing_{false};
  std::atomic<bool> without_shm_{false};
  std::atomic<std::int64_t> room_{0};
  std::atomic<int> code_{SQLITE_FULL};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace spranga::ledger::test
