// ScriptedResolver: DNS that answers from maps. What is not in them does not exist; a name in
// `broken` gets SERVFAIL for every question.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "net/resolver.h"

namespace spranga::test {

class ScriptedResolver final : public net::Resolver {
public:
  std::map<std::string, std::vector<net::Address>> hosts;
  std::map<std::string, std::vector<net::MxRecord>> mail;
  std::map<std::string, std::vector<net::SrvRecord>> services;
  std::map<std::string, std::vector<std::string>> texts;
  std::map<std::string, std::vector<std::string>> reverse;  // by Address::to_string()
  std::set<std::string> broken;

  [[nodiscard]] Result<std::vector<net::Address>> addresses(const std::string& host,
                                                            SteadyTime) override {
    return look_up(hosts, host);
  }

  [[nodiscard]] Result<std::vector<net::MxRecord>> mx(const std::string& domain,
                                                      SteadyTime) override {
    return look_up(mail, domain);
  }

  [[nodiscard]] Result<std::vector<net::SrvRecord>> srv(const std::string& name,
                                                        SteadyTime) override {
    return look_up(services, name);
  }

  [[nodiscard]] Result<std::vector<std::string>> txt(const std::string& name, SteadyTime) override {
    return look_up(texts, name);
  }

  [[nodiscard]] Result<std::vector<std::string>> names_of(const net::Address& address,
                                                          SteadyTime) override {
    return look_up(reverse, address.to_string());
  }

private:
  template <class T>
  Result<std::vector<T>> look_up(const std::map<std::string, std::vector<T>>& records,
                                 const std::string& name) const {
    if (broken.contains(name)) {
      return fail(Errc::io, "DNS: " + name + ": SERVFAIL");
    }
    const auto found = records.find(name);
    return found == records.end() ? std::vector<T>{} : found->second;
  }
};

}  // namespace spranga::test
