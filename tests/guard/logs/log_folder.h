// A folder of logs that goes with the test.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace spranga::guard {

class LogFolder {
public:
  LogFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "spranga-logs-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }

  LogFolder(const LogFolder&) = delete;
  LogFolder& operator=(const LogFolder&) = delete;
  LogFolder(LogFolder&&) = delete;
  LogFolder& operator=(LogFolder&&) = delete;

  ~LogFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string write(const std::string& name, const std::string& bytes) const {
    auto path = (path_ / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  [[nodiscard]] std::string path() const { return path_.string(); }

private:
  std::filesystem::path path_;
};

}  // namespace spranga::guard
