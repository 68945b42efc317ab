// `spranga check`: reads the command line and the secrets, wires the world, runs target after
// target and hands the reports to a renderer.
#include "app/check_command.h"

#include <fmt/chrono.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <optional>
#include <system_error>

#include "app/catalogue_commands.h"
#include "app/check_ban.h"
#include "app/exit_code.h"
#include "app/language.h"
#include "app/output.h"
#include "app/own_server.h"
#include "app/parse_arguments.h"
#include "app/secrets.h"
#include "app/version.h"
#include "base/clock.h"
#include "check/ban_resume.h"
#include "check/check.h"
#include "net/dialer.h"
#include "net/system_resolver.h"
#include "render/render.h"
#include "text/shell_word.h"
#include "vantage/private_network.h"

namespace spranga::app {

namespace {

using finding::Report;
using words::say;
using words::Word;

/// One run of the command, as asked for.
struct Request {
  check::CheckOptions options;
  CheckOutput output;
  std::vector<std::string> targets;
  std::string command;                   // that asks for this, as a shell wants it
  std::optional<check::BanState> state;  // of the ban test that --resume goes on with
};

Result<void> readable(const std::string& path) {
  if (path.empty() || ::access(path.c_str(), R_OK) == 0) {
    return {};
  }
  const auto why = std::error_code(errno, std::generic_category()).message();
  return fail(Errc::io, say(Word::app_cannot_read, {path, why}));
}

Result<void> own_source(const std::string& source, Word otherwise) {
  const auto address = net::Address::parse(source);
  if (source.empty() || (address && std::ranges::count(net::own_addresses(), *address) > 0)) {
    return {};
  }
  return fail(Errc::not_found, say(otherwise, {source}));
}

/// Consent to a ban test, or the state of the one that is gone on with.
Result<void> choose_ban_test(Request& request) {
  auto& settings = request.options.settings;
  if (settings.resume) {
    SPRANGA_TRY(request.state, state_to_resume(settings, request.targets));
    request.targets = {request.state->report.target};
    return {};
  }
  return settings.ban_test ? agree_to_ban_test(settings, request.targets) : Result<void>();
}

/// The files and addresses that are named: can they be used?
Result<void> check_places(const Request& request) {
  const auto& settings = request.options.settings;
  SPRANGA_CHECK(readable(settings.ca_file));
  if (!settings.resume) {  // what a state says is compared later
    SPRANGA_CHECK(own_source(settings.source, Word::app_unknown_source));
    SPRANGA_CHECK(own_source(settings.second_source, Word::app_unknown_second_source));
  }
  return request.output.file.empty() ? Result<void>() : check_writable(request.output.file);
}

Result<void> read_request(std::span<const std::string> arguments, Request& request) {
  const auto options = bind_check_options(request.options, request.output);
  SPRANGA_TRY(request.targets, parse_arguments(options, arguments));
  request.options.settings.typed_options = without_targets(options, arguments, request.targets);
  std::ranges::copy(language_arguments(),
                    std::back_inserter(request.options.settings.typed_options));
  if (request.output.format == "json") {
    words::set_language(words::Language::english);  // programs read it, and some words are values
  }
  SPRANGA_CHECK(check::check_together(request.options));
  SPRANGA_CHECK(choose_ban_test(request));
  return check_places(request);
}

/// Without a target: this machine's own server.
bool choose_own_server(Request& request) {
  const auto own = find_own_server();
  if (!own) {
    return false;
  }
  const auto address = own->address.to_string();
  tell(say(Word::app_own_server, {address}));
  request.targets = {address};
  auto& name = request.options.settings.tls_name;
  name = name.empty() ? own->name : name;
  return true;
}

render::Style style_of(const CheckOutput& output) {
  const bool to_file = !output.file.empty();
  render::Style style;
  style.colour =
      wants_colour(to_file && output.colour == Colour::automatic ? Colour::never : output.colour);
  style.width = to_file ? style.width : terminal_width();
  style.verbose = output.verbose;
  style.quiet = output.quiet;
  style.lowest = output.level;
  return style;
}

/// What a report that is kept says about this run.
render::Making making_of(const Request& request, const Clock& clock) {
  const auto now = std::chrono::system_clock::to_time_t(clock.wall());
  return {fmt::format("{:%FT%TZ}", fmt::gmtime(now)), std::string(version()), request.command};
}

/// The private network of --from-here, where it was asked for.
class Outside {
public:
  Result<void> set_up() {
    SPRANGA_TRY(auto network, vantage::PrivateNetwork::make());
    network_.emplace(std::move(network));
    vantage_ = {network_->ipv4().outside,
                network_->ipv6().outside,
                network_->ipv4().machine,
                network_->ipv6().machine};
    return {};
  }

  [[nodiscard]] int descriptor() const { return network_ ? network_->descriptor() : -1; }

  [[nodiscard]] const check::Vantage* vantage() const { return network_ ? &vantage_ : nullptr; }

private:
  std::optional<vantage::PrivateNetwork> network_;
  check::Vantage vantage_;
};

/// What speaks against this run, now that the ways to the server are known.
Result<void> may_run(const Request& request, const check::World& world) {
  const auto& settings = request.options.settings;
  if (request.state) {
    return check::same_vantage(*request.state, world, settings.state_file);
  }
  return settings.ban_test ? nothing_against(request.targets.front(), settings, world)
                           : Result<void>();
}

/// Tests all targets. Where the format allows, each report is printed as soon as it is there.
int run_targets(const Request& request, const check::World& world) {
  const auto& settings = request.options.settings;
  const auto& format = *render::find_format(request.output.format);
  auto style = style_of(request.output);
  style.making = making_of(request, world.clock);
  const bool at_once = format.one_by_one && request.output.file.empty();
  ProgressLine progress(!request.output.quiet);
  std::vector<Report> reports;
  for (const auto& target : request.targets) {
    const auto tell_step = [&](const words::Phrase& step) {
      progress.show(target + " " + say(step));
    };
    reports.push_back(request.state
                          ? check::resume_ban_test(*request.state, settings, world, tell_step)
                          : check::run_check(target, settings, world, tell_step));
    progress.clear();
    if (at_once) {
      const auto gap = reports.size() > 1 && !style.quiet ? "\n\n" : "";
      if (const int broken = print(gap + format.render({&reports.back(), 1}, style)); broken != 0) {
        return broken;
      }
    }
  }
  if (request.output.file.empty()) {
    const int broken = at_once ? 0 : print(format.render(reports, style));
    return broken != 0 ? broken : exit_code_of(reports);
  }
  const auto written = write_file(request.output.file, format.render(reports, style));
  return written ? exit_code_of(reports) : usage_error(written.error().detail);
}

/// Makes the ways to the servers, and tests them.
int run(const Request& request) {
  const SystemClock clock;
  const auto& settings = request.options.settings;
  const auto resolver = net::make_resolver();
  Outside outside;
  if (settings.from_here) {
    if (const auto failed = outside.set_up(); !failed) {
      return usage_error(say(Word::app_from_here_failed, {failed.error().detail}));
    }
  }
  const auto dialer = net::make_dialer(
      {.source = net::Address::parse(settings.source), .network_namespace = outside.descriptor()});
  check::World world{clock, *resolver, *dialer, outside.vantage()};
  BanWorld ban_world(settings, outside.descriptor());
  if (settings.ban_test || request.state) {
    ban_world.furnish(world);
  }
  if (const auto may = may_run(request, world); !may) {
    return usage_error(may.error().detail);
  }
  return run_targets(request, world);
}

}  // namespace

int exit_code_of(std::span<const Report> reports) {
  const auto any = [&](auto&& condition) { return std::ranges::any_of(reports, condition); };
  using enum finding::Verdict;
  if (any([](const Report& r) { return r.connected && r.verdict == needs_upgrade; })) {
    return exit_needs_upgrade;
  }
  if (any([](const Report& r) { return r.connected && r.verdict == not_proven; })) {
    return exit_not_proven;
  }
  return any([](const Report& r) { return !r.connected; }) ? exit_usage : exit_protected;
}

int check_command(std::span<const std::string> arguments) {
  Request request;
  request.command = "spranga check";
  for (const auto& argument : arguments) {
    request.command += " " + text::shell_word(argument);
  }
  if (const auto read = read_request(arguments, request); !read) {
    return usage_error(read.error().detail, "spranga help check");
  }
  if (!request.output.explain.empty()) {
    return explain_check(request.output.explain, style_of(request.output));
  }
  if (request.targets.empty() && !choose_own_server(request)) {
    tell(say(Word::app_no_own_server));
    return usage_error(say(Word::app_no_own_server_hint));
  }
  auto credentials = read_credentials(request.options);
  if (!credentials) {
    return usage_error(credentials.error().detail);
  }
  request.options.settings.credentials = *std::move(credentials);
  return run(request);
}

}  // namespace spranga::app
