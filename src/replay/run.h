// Run: one replay from its start to its end. Used by replay.cpp alone.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "guard/judge/history.h"
#include "replay/replay.h"

namespace spranga::replay {

class Run {
public:
  Run(const ReplayOptions& options, const ReplayWatch& watch);

  [[nodiscard]] ReplayResult go(const std::vector<ban::JailSpec>& jails);

private:
  struct Input {
    FileName name;
    std::string path;  // to open; of standard input a copy in memory
    std::unique_ptr<guard::LogSource> source;
  };

  void make_jails(const std::vector<ban::JailSpec>& jails);
  void make_jail(const ban::JailSpec& spec);
  void open_inputs();
  [[nodiscard]] Result<Input> open_input(const std::string& file) const;
  void connect();
  void leave_alone(const std::vector<FileName>& names, Feeding& feeding) const;
  void find_last_date(const std::vector<Input>& inputs, const Feeding& feeding);
  [[nodiscard]] std::optional<ban::Instant> last_date_of(const Input& input,
                                                         const std::vector<std::size_t>& readers);

  void read_on(Stream& stream);
  void read_all();
  void process(Stream& stream);
  [[nodiscard]] std::uint64_t skip_quiet(Stream& stream);
  [[nodiscard]] bool is_too_old(const Stream& stream) const;
  void feed_jails_of(Stream& stream, ban::Instant now);
  void judge(const Stream* stream, JailRun& jail, const ban::Sighting& sighting);
  void tell_recidive();
  void note_exported(Stream& stream);
  void note_login(Stream& stream);
  void report_progress();
  void finish();

  const ReplayOptions& options_;
  const ReplayWatch& watch_;
  ReplayResult result_;
  guard::MemoryHistory history_;
  bool needs_history_{false};  // some jail's bans grow by what was before
  std::unordered_map<std::string, Result<std::string>> ignore_files_;
  std::vector<ban::JailSpec> specs_;  // of jails_, in their order
  std::vector<ban::JailSpec> left_out_;
  std::vector<JailRun> jails_;
  Stream::Wanted wanted_;
  std::vector<Input> inputs_;
  std::vector<Stream> streams_;  // those that have a line at hand
  BanBook book_;
  ban::Instant clock_{};
  std::optional<ban::Instant> start_;  // with --since
  bool has_recidive_{false};
  std::vector<ban::Ban> fresh_;  // bans that recidive has not been told of
  std::vector<ban::Sighting> found_;
  std::uint64_t steps_{0};
};

}  // namespace spranga::replay
