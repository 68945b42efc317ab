#include "tests/support/scripted_server.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "tests/support/served_connection.h"

namespace spranga::test {

Answer say(const std::string& line) {
  return {line + "\r\n", Answer::Then::go_on};
}

Answer raw(std::string bytes) {
  return {std::move(bytes), Answer::Then::go_on};
}

Answer go_ahead() {
  return {"354 End data with <CR><LF>.<CR><LF>\r\n", Answer::Then::take_message};
}

Answer hang_up(const std::string& last_words) {
  return {last_words.empty() ? "" : last_words + "\r\n", Answer::Then::close};
}

Script& Script::on(std::string start, Handler handler) {
  overrides.emplace_back(std::move(start), std::move(handler));
  return *this;
}

Script& Script::on(std::string start, const std::string& line) {
  return on(std::move(start), [line](const Dialogue&) { return say(line); });
}

const net::ServerIdentity& identity() {
  static const auto made = net::ServerIdentity::make({.name = "mail.example.org"});
  if (!made) {
    std::abort();
  }
  return *made;
}

const std::string& ca_file() {
  static const auto path = [] {
    auto name = std::string("/tmp/spranga-test-ca-XXXXXX");
    if (const int fd = mkstemp(name.data()); fd >= 0) {
      ::close(fd);
    }
    std::ofstream(name) << identity().ca_pem();
    return name;
  }();

  static const std::unique_ptr<const std::string, void (*)(const std::string*)> remover(
      &path, [](const std::string* name) { ::unlink(name->c_str()); });

  return path;
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
  static_cast<void>(identity());
  const auto loopback = *net::Address::parse("127.0.0.1");
  for (const int port : script_.ports) {
    auto listener = net::Listener::open({loopback, 0});
    if (!listener) {
      std::abort();
    }
    listeners_.emplace(port, std::move(*listener));
  }
  for (const auto& [port, listener] : listeners_) {
    threads_.emplace_back([this, port = port, &listener = listener] { listen(port, listener); });
  }
}

ScriptedServer::~ScriptedServer() {
  stop_ = true;
  threads_.clear();
}

std::map<std::uint16_t, std::uint16_t> ScriptedServer::ports() const {
  std::map<std::uint16_t, std::uint16_t> out;
  for (const auto& [port, listener] : listeners_) {
    out[static_cast<std::uint16_t>(port)] = listener.endpoint().port;
  }
  return out;
}

void ScriptedServer::listen(int port, const net::Listener& listener) {
  std::vector<std::jthread> served;
  for (int number = 1; !stop_;) {
    auto accepted = listener.accept(std::chrono::steady_clock::now() + looking_up);
    if (!accepted) {
      continue;
    }
    ++connections_;
    served.emplace_back([this, port, number, transport = std::move(*accepted)]() mutable {
      serve(port, number, std::move(transport));
    });
    ++number;
  }
}

void ScriptedServer::serve(int port, int number, std::unique_ptr<net::TcpTransport> transport) {
  ServedConnection(*this, script_, port, number, *transport).run();
}

void ScriptedServer::note(const Dialogue& dialogue) {
  const std::lock_guard lock(mutex_);
  heard_.push_back({dialogue.port, dialogue.connection, dialogue.tls, dialogue.line});
}

std::vector<ScriptedServer::Heard> ScriptedServer::heard() const {
  const std::lock_guard lock(mutex_);
  return heard_;
}

int ScriptedServer::count(std::string_view start) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(
      std::ranges::count_if(heard_, [&](const Heard& h) { return h.line.starts_with(start); }));
}

std::string ScriptedServer::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

}  // namespace spranga::test
