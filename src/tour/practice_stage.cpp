#include <fstream>

#include "check/check.h"
#include "net/dialer.h"
#include "net/listener.h"
#include "practice/server.h"
#include "tour/stage.h"

namespace spranga::tour {

namespace {

using words::say;
using words::Word;

/// Practice stays on this machine: nothing is asked of any DNS server.
class NoDns final : public net::Resolver {
public:
  [[nodiscard]] Result<std::vector<net::Address>> addresses(const std::string& host,
                                                            SteadyTime) override {
    return none(host);
  }

  [[nodiscard]] Result<std::vector<net::MxRecord>> mx(const std::string& domain,
                                                      SteadyTime) override {
    return none(domain);
  }

  [[nodiscard]] Result<std::vector<net::SrvRecord>> srv(const std::string& name,
                                                        SteadyTime) override {
    return none(name);
  }

  [[nodiscard]] Result<std::vector<std::string>> txt(const std::string& name, SteadyTime) override {
    return none(name);
  }

  [[nodiscard]] Result<std::vector<std::string>> names_of(const net::Address& address,
                                                          SteadyTime) override {
    return none(address.to_string());
  }

private:
  [[nodiscard]] static Failure none(const std::string& name) {
    return fail(Errc::not_found, say(Word::tour_no_dns, {name}));
  }
};

/// The practice server's guard acts at once, so nothing is waited for.
class NoPause final : public knock::Pause {
public:
  void until(SteadyTime /*when*/) override {}
};

class PracticeStage final : public Stage {
public:
  explicit PracticeStage(const StageSettings& settings) : settings_(settings) {}

  [[nodiscard]] std::string server_name() const override { return say(Word::tour_practice_server); }

  [[nodiscard]] std::string command() const override {
    return "spranga check 127.0.0.1 --name mail.example.test --domain example.test --ca-file "
           "CA.pem --user alice --ban-test --i-own 127.0.0.1 --yes --fast --level fail";
  }

  [[nodiscard]] Result<std::string> prepare() override { return std::string(); }

  [[nodiscard]] Result<Seen> look(bool hardened, const render::Style& style) override;

  [[nodiscard]] Result<Seen> guard(int /*bantime*/) override { return Seen(); }

private:
  StageSettings settings_;
};

/// The practice server listens on free ports; the report speaks of the ports that it stands for.
Result<Seen> PracticeStage::look(bool hardened, const render::Style& style) {
  practice::Mailbox mailbox;
  mailbox.password = "practice makes perfect";
  const practice::Weaknesses weak{true, true, true, true, true};
  SPRANGA_TRY(const auto server,
              practice::Server::start(hardened ? practice::Weaknesses{} : weak, mailbox));
  const auto ca_file = settings_.folder + "/ca.pem";
  std::ofstream(ca_file) << server->ca_pem();
  const SystemClock clock;
  NoDns resolver;
  const auto dialer = net::make_dialer();
  const auto redirect = net::make_redirecting_dialer(*dialer, server->ports());
  check::CheckSettings settings;
  settings.ca_file = ca_file;
  settings.tls_name = mailbox.host;
  settings.domain = mailbox.domain;
  settings.loopback_is_outside = true;
  settings.credentials = check::Credentials{mailbox.user, check::Secret(mailbox.password), {}};
  settings.ban_test = settings.fast = settings.wait = true;
  settings.wait_for = Milliseconds(1);  // how long the block lasts is no matter here
  NoPause pause;
  check::World world{clock, resolver, *redirect};
  world.pause = &pause;
  const auto report = check::run_check("127.0.0.1", settings, world, {});
  auto short_style = style;
  short_style.lowest = finding::Status::fail;
  return Seen{render::find_format("text")->render({&report, 1}, short_style),
              render::find_format("json")->render({&report, 1}, render::Style{})};
}

}  // namespace

std::unique_ptr<Stage> make_practice_stage(const StageSettings& settings) {
  return std::make_unique<PracticeStage>(settings);
}

}  // namespace spranga::tour
