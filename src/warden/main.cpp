// spranga-warden: starts the guard's processes, and keeps them alive.
#include <cstdlib>

#include "guard/logs/local_log_files.h"
#include "warden/warden.h"

namespace {

int failed(const spranga::Error& error) {
  spranga::warden::complain(error.detail);
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace spranga;
  auto options = warden::parse_options(argc, argv);
  if (!options) {
    return failed(options.error());
  }
  auto accounts = warden::find_accounts();
  if (!accounts) {
    return failed(accounts.error());
  }
  auto files = guard::LocalLogFiles::make(guard::Links::trusted);
  if (!files) {
    return failed(files.error());
  }
  if (!accounts->remark.empty()) {
    warden::complain(accounts->remark);
  }
  warden::Warden warden(*std::move(options), *std::move(accounts), **files);
  if (const auto opened = warden.open(); !opened) {
    return failed(opened.error());
  }
  return warden.run();
}
