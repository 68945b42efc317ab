#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <future>
#include <system_error>

#include "process/run.h"
#include "text/ascii.h"
#include "tour/lab_files.h"
#include "tour/stage.h"

namespace spranga::tour {

namespace {

using words::say;
using words::Word;

struct ServerRow {
  std::string_view name;
  std::string_view product;
  std::string_view hardened;  // the lab's variant that is hardened in the sense of rules 1 and 2
};

constexpr std::array servers = {ServerRow{"exim", "Exim", "hard"},
                                ServerRow{"postfix", "Postfix", "hard"},
                                ServerRow{"sendmail", "Sendmail", "strict"}};

// What is typed after `spranga`; the password comes from the environment.
constexpr std::array check_words = {"check",
                                    "mail.example.test",
                                    "-4",
                                    "--user",
                                    "alice",
                                    "--domain",
                                    "example.test",
                                    "--ca-file",
                                    "/etc/lab/ca.crt",
                                    "--ban-test",
                                    "--i-own",
                                    "mail.example.test",
                                    "--fast",
                                    "--wait=5s"};

// The same for the guard's turn: rule 3 alone, to the end of a short ban.
constexpr std::array ban_test_words = {"check",
                                       "mail.example.test",
                                       "-4",
                                       "--domain",
                                       "example.test",
                                       "--ca-file",
                                       "/etc/lab/ca.crt",
                                       "--rules",
                                       "3",
                                       "--ban-test",
                                       "--i-own",
                                       "mail.example.test",
                                       "--second-source",
                                       "10.77.0.22",
                                       "--wait=40s"};

// Dovecot's penalty makes guessing slow; that is no block, and the tour has little time.
constexpr std::string_view no_penalty =
    "service anvil {\n unix_listener anvil-auth-penalty {\n  mode = 0\n }\n}\n"
    "auth_failure_delay = 0\n";

const ServerRow& row_of(const std::string& name) {
  for (const auto& row : servers) {
    if (row.name == name) {
      return row;
    }
  }
  return servers.front();
}

/// The end of what a program said, for an error.
std::string tail(const std::string& text) {
  constexpr std::size_t most = 600;
  return std::string(text::trim(text.size() > most ? text.substr(text.size() - most) : text));
}

/// Where the lab's files are written to below the stage's folder.
std::string lab_path(const StageSettings& settings, const std::string& file) {
  return settings.folder + "/" + file;
}

Result<void> write_lab(const StageSettings& settings) {
  for (const auto& file : lab_files()) {
    const std::filesystem::path path(lab_path(settings, std::string(file.path)));
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    std::ofstream out(path, std::ios::binary);
    out << file.text;
    out.close();
    if (!out || ::chmod(path.c_str(), file.executable ? 0755 : 0644) != 0) {
      return fail(Errc::io, say(Word::tour_cannot_write, {path.string()}));
    }
  }
  return {};
}

class RealStage final : public Stage {
public:
  explicit RealStage(const StageSettings& settings)
      : settings_(settings), row_(row_of(settings.server)) {}

  [[nodiscard]] std::string server_name() const override { return std::string(row_.product); }

  [[nodiscard]] std::string command() const override;

  [[nodiscard]] Result<std::string> prepare() override;
  [[nodiscard]] Result<Seen> look(bool hardened, const render::Style& style) override;
  [[nodiscard]] Result<Seen> guard(int bantime) override;

private:
  [[nodiscard]] Result<std::string> check(bool hardened,
                                          const std::vector<std::string>& options) const;

  [[nodiscard]] std::string lab(const std::string& file) const {
    return lab_path(settings_, "lab/" + file);
  }

  [[nodiscard]] process::RunOptions knobs(bool guarded) const;

  [[nodiscard]] std::string cache() const { return settings_.folder + "/cache"; }

  StageSettings settings_;
  const ServerRow& row_;
};

Result<std::string> RealStage::prepare() {
  SPRANGA_TRY(
      const auto done,
      process::run_program({lab("setup.sh"), "--into", cache(), "--only", settings_.server}));
  if (done.exit_code != 0) {
    return fail(Errc::io, say(Word::tour_fetch_failed, {tail(done.errors + done.output)}));
  }
  return std::string();
}

std::string RealStage::command() const {
  std::string out = "spranga";
  for (const auto& word : check_words) {
    out.append(" ").append(word);
  }
  return out + " --level fail";
}

/// The lab's environment, with or without spranga's guard before the server.
process::RunOptions RealStage::knobs(bool guarded) const {
  process::RunOptions run;
  run.environment = {{"SPRANGA_PASSWORD", "alicepw"}, {"SPRANGA_LAB_CACHE", cache()}};
  run.environment["COLUMNS"] = "80";
  run.environment["DOVECOT_EXTRA"] = no_penalty;
  if (guarded) {
    run.environment["GUARD"] = settings_.program;
    run.environment["GUARD_ETC"] = lab_path(settings_, "etc");
  }
  return run;
}

Result<std::string> RealStage::check(bool hardened, const std::vector<std::string>& options) const {
  const std::string variant(hardened ? row_.hardened : "weak");
  std::vector<std::string> argv{
      lab("lab"), "--client", settings_.server, variant, settings_.program};
  argv.insert(argv.end(), check_words.begin(), check_words.end());
  argv.insert(argv.end(), options.begin(), options.end());
  argv.insert(argv.end(), {"--lang", std::string(words::tag_of(words::chosen_language()))});
  SPRANGA_TRY(auto done, process::run_program(argv, knobs(hardened)));
  constexpr int not_proven = 2;
  if (done.exit_code > not_proven || done.output.empty()) {
    return fail(Errc::io,
                say(Word::tour_server_failed,
                    {std::string(row_.product), tail(done.errors + done.output)}));
  }
  return std::move(done.output);
}

/// Two servers side by side, since a ban test takes a while: one tells a person, one a program.
Result<Seen> RealStage::look(bool hardened, const render::Style& style) {
  const std::vector<std::string> for_people{
      "--level", "fail", "--colour", style.colour ? "always" : "never"};
  auto json = std::async(std::launch::async, [&] { return check(hardened, {"--format", "json"}); });
  auto text = check(hardened, for_people);
  auto document = json.get();
  if (!text || !document) {
    return Failure((text ? document : text).error());
  }
  return Seen{*std::move(text), *std::move(document)};
}

Result<Seen> RealStage::guard(int bantime) {
  auto run = knobs(true);
  run.environment["GUARD_JAIL"] = fmt::format("[DEFAULT]\nbantime = {}\n", bantime);
  run.environment["TOUR_LANG"] = words::tag_of(words::chosen_language());
  run.environment["TOUR_CHECK"] = fmt::format("{}", fmt::join(ban_test_words, "\n"));
  SPRANGA_TRY(const auto done,
              process::run_program({lab("lab"),
                                    settings_.server,
                                    std::string(row_.hardened),
                                    "--script",
                                    lab("start/tour.sh")},
                                   run));
  constexpr std::string_view mark = "\n=== report\n";
  const auto report = done.output.find(mark);
  if (report == std::string::npos) {
    return fail(Errc::io,
                say(Word::tour_server_failed,
                    {std::string(row_.product), tail(done.errors + done.output)}));
  }
  return Seen{done.output.substr(0, report), done.output.substr(report + mark.size())};
}

}  // namespace

std::string why_no_real_server(const StageSettings& settings) {
  if (::geteuid() != 0) {
    return say(Word::tour_needs_root);
  }
  if (::access("/usr/bin/apt-get", X_OK) != 0) {
    return say(Word::tour_needs_apt);
  }
  if (const auto written = write_lab(settings); !written) {
    return written.error().detail;
  }
  const auto able = process::run_program({lab_path(settings, "lab/lab"), "--able"});
  if (!able || able->exit_code != 0) {
    return say(Word::tour_needs_namespaces, {able ? tail(able->errors) : able.error().detail});
  }
  return "";
}

std::unique_ptr<Stage> make_real_stage(const StageSettings& settings) {
  return std::make_unique<RealStage>(settings);
}

}  // namespace spranga::tour
