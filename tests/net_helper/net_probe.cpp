// net_probe PROGRAM [ARGUMENT]...: starts spranga-net as the warden does, and asks it what standard
// input says. A line is a request; an empty line waits for all answers:
//   addresses NAME MS | names ADDRESS MS
//   mail SERVER PORT TLS CA-FILE USER PASSWORD SENDER RECIPIENT,… FILE MS      ("-" = none)
// An answer is a line: NUMBER MS ok|later|never CODE, then what there is, tab-separated.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <sstream>

#include "net_helper/messages.h"
#include "process/channel.h"
#include "process/spawn.h"

namespace {

using namespace spranga;  // NOLINT(google-build-using-namespace): a program's own file
using std::chrono::steady_clock;

constexpr int patience_ms = 30'000;

std::string word(std::istream& from) {
  std::string out;
  from >> out;
  return out == "-" ? "" : out;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  std::istringstream in(list);
  for (std::string one; std::getline(in, one, ',');) {
    out.push_back(one);
  }
  return out;
}

net_helper::Mail read_mail(std::istream& line) {
  const std::map<std::string, net_helper::Tls> ways = {
      {"automatic", net_helper::Tls::automatic},
      {"starttls", net_helper::Tls::starttls},
      {"implicit", net_helper::Tls::implicit},
      {"opportunistic", net_helper::Tls::opportunistic},
      {"none", net_helper::Tls::none}};
  net_helper::Mail out;
  out.server = word(line);
  line >> out.port;
  out.tls = ways.at(word(line));
  out.ca_file = word(line);
  out.helo = "guard.example.test";
  out.user = word(line);
  out.password = word(line);
  out.sender = word(line);
  out.recipients = split(word(line));
  std::ifstream file(word(line), std::ios::binary);
  out.message = std::string(std::istreambuf_iterator<char>(file), {});
  return out;
}

net_helper::Request read_request(const std::string& text, std::uint64_t number) {
  std::istringstream line(text);
  net_helper::Request out;
  out.number = number;
  const auto what = word(line);
  if (what == "mail") {
    out.what = net_helper::Request::What::mail;
    out.mail = read_mail(line);
  } else {
    out.what =
        what == "names" ? net_helper::Request::What::names : net_helper::Request::What::addresses;
    out.text = word(line);
  }
  std::int64_t timeout = 0;
  line >> timeout;
  out.timeout = std::chrono::milliseconds(timeout);
  return out;
}

void print(const net_helper::Answer& answer, steady_clock::duration taken) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(taken).count();
  const char* how = answer.error.empty() ? "ok" : answer.for_good ? "never" : "later";
  std::cout << answer.number << '\t' << ms << '\t' << how << '\t' << static_cast<int>(answer.code);
  for (const auto& text : answer.texts) {
    std::cout << '\t' << text;
  }
  for (const auto& refused : answer.refused) {
    std::cout << '\t' << refused.recipient << ": " << refused.words;
  }
  std::cout << (answer.error.empty() ? "" : "\t") << answer.error << std::endl;
}

Result<void> wait_for_all(process::Channel& channel,
                          std::map<std::uint64_t, steady_clock::time_point>& open) {
  while (!open.empty()) {
    SPRANGA_TRY(const auto message, channel.wait(patience_ms));
    SPRANGA_TRY(const auto answer, net_helper::read_answer(message.bytes));
    print(answer, steady_clock::now() - open.at(answer.number));
    open.erase(answer.number);
  }
  return {};
}

Result<void> run(const std::vector<std::string>& argv) {
  SPRANGA_TRY(auto ends, process::Channel::pair());
  process::SpawnOptions options;
  options.descriptors = {{ends.second.get(), 3}};
  SPRANGA_TRY(const auto child, process::spawn(argv, options));
  ends.second.reset();
  process::Channel channel(std::move(ends.first));
  std::cout << "pid\t" << child.pid << std::endl;
  std::map<std::uint64_t, steady_clock::time_point> open;
  std::uint64_t number = 0;
  for (std::string line; std::getline(std::cin, line);) {
    if (line.empty()) {
      SPRANGA_CHECK(wait_for_all(channel, open));
      continue;
    }
    const auto request = read_request(line, ++number);
    open.emplace(number, steady_clock::now());
    SPRANGA_CHECK(channel.send(net_helper::pack(request)));
  }
  SPRANGA_CHECK(wait_for_all(channel, open));
  channel = process::Channel(Fd());
  SPRANGA_TRY(const bool clean, process::wait_for(child, patience_ms));
  return clean ? Result<void>() : fail(Errc::closed, "spranga-net did not end well");
}

}  // namespace

int main(int argc, char** argv) {
  const auto done = run({argv + 1, argv + argc});
  if (!done) {
    std::cerr << "net_probe: " << done.error().detail << '\n';
  }
  return done ? 0 : 1;
}
