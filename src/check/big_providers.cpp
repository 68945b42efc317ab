#include "check/big_providers.h"

#include <array>
#include <string>

#include "text/ascii.h"

namespace spranga::check {

namespace {

// Suffixes of MX hosts, names of addresses, and greetings.
constexpr std::array<std::string_view, 61> suffixes = {
    "google.com",      "googlemail.com",
    "gmail.com",       "1e100.net",
    "outlook.com",     "hotmail.com",
    "office365.com",   "microsoft.com",
    "yahoo.com",       "yahoodns.net",
    "aol.com",         "icloud.com",
    "me.com",          "apple.com",
    "gmx.net",         "gmx.com",
    "gmx.de",          "web.de",
    "1and1.com",       "kundenserver.de",
    "perfora.net",     "mail.ru",
    "yandex.ru",       "yandex.net",
    "yandex.com",      "protonmail.ch",
    "proton.me",       "protonmail.com",
    "zoho.com",        "zoho.eu",
    "fastmail.com",    "messagingengine.com",
    "amazonaws.com",   "amazonses.com",
    "mimecast.com",    "pphosted.com",
    "ppe-hosted.com",  "barracudanetworks.com",
    "messagelabs.com", "iphmx.com",
    "trendmicro.com",  "sendgrid.net",
    "mailgun.org",     "mandrillapp.com",
    "libero.it",       "tim.it",
    "virgilio.it",     "alice.it",
    "aruba.it",        "register.it",
    "mail.ovh.net",    "qq.com",
    "163.com",         "netease.com",
    "mailbox.org",     "posteo.de",
    "mxhichina.com",   "mxrouting.net",
    "migadu.com",      "tutanota.de",
    "tutao.de",
};

// Under these names stand machines that customers of theirs run themselves.
constexpr std::array<std::string_view, 3> customers = {
    "compute.amazonaws.com", "compute-1.amazonaws.com", "serverdedicati.aruba.it"};

bool is_within(std::string_view name, std::string_view suffix) {
  return name == suffix || (name.size() > suffix.size() && name.ends_with(suffix) &&
                            name[name.size() - suffix.size() - 1] == '.');
}

}  // namespace

std::string_view big_provider(std::string_view host) {
  auto name = text::to_lower(host);
  while (name.ends_with('.')) {
    name.pop_back();
  }
  for (const auto own : customers) {
    if (is_within(name, own)) {
      return "";
    }
  }
  for (const auto suffix : suffixes) {
    if (is_within(name, suffix)) {
      return suffix;
    }
  }
  return "";
}

std::string_view big_provider_in(std::string_view greeting) {
  for (const auto word : text::split_words(greeting)) {
    if (const auto provider = big_provider(word); !provider.empty()) {
      return provider;
    }
  }
  return "";
}

}  // namespace spranga::check
