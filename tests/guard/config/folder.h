// A folder of configuration files for one test, gone at its end.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace spranga::guard::config::test {

class Folder {
public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "spranga-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;

  ~Folder() { std::filesystem::remove_all(path_); }

  Folder& put(const std::string& name, const std::string& text) {
    const auto path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return *this;
  }

  [[nodiscard]] std::string path(const std::string& name = "") const {
    return name.empty() ? path_.string() : (path_ / name).string();
  }

private:
  std::filesystem::path path_;
};

}  // namespace spranga::guard::config::test
