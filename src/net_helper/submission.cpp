#include "net_helper/submission.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::net_helper {

namespace {

struct CloseCurl {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

/// curl_slist, freed when done.
class TextList {
public:
  TextList() = default;
  TextList(const TextList&) = delete;
  TextList& operator=(const TextList&) = delete;
  TextList(TextList&&) = delete;
  TextList& operator=(TextList&&) = delete;

  ~TextList() { curl_slist_free_all(first_); }

  void add(const std::string& text) { first_ = curl_slist_append(first_, text.c_str()); }

  [[nodiscard]] curl_slist* get() const { return first_; }

private:
  curl_slist* first_{nullptr};
};

/// What was said on the line, as far as it is of use; what we say is looked at, never kept, since
/// passwords are in it.
struct Talk {
  std::string_view unsent;
  std::optional<std::string> recipient;  // RCPT whose reply has not come yet
  std::string refusal;                   // the last one
  std::vector<Refused> refused;

  void on_command(std::string_view line) {
    constexpr std::string_view rcpt = "RCPT TO:<";
    recipient.reset();
    if (line.starts_with(rcpt)) {
      recipient = line.substr(rcpt.size(), line.find('>') - rcpt.size());
    }
  }

  void on_reply(std::string_view line) {
    constexpr std::size_t code_length = 3;
    const auto words = text::escape_clipped(text::trim(line), longest_error / 2);
    if (!line.empty() && (line.front() == '4' || line.front() == '5')) {
      refusal = words;
    }
    if (!recipient || line.size() < code_length || (line.size() > code_length && line[3] == '-')) {
      return;
    }
    if (line.front() != '2' && refused.size() < most_recipients) {
      refused.push_back({*recipient, words, line.front() == '5'});
    }
    recipient.reset();
  }
};

std::size_t give_message(char* to, std::size_t size, std::size_t count, void* talk) {
  auto& rest = static_cast<Talk*>(talk)->unsent;
  const auto length = std::min(size * count, rest.size());
  std::copy_n(rest.data(), length, to);
  rest.remove_prefix(length);
  return length;
}

int on_talk(CURL* /*handle*/, curl_infotype kind, char* data, std::size_t size, void* talk) {
  auto& it = *static_cast<Talk*>(talk);
  const std::string_view line(data, size);
  if (kind == CURLINFO_HEADER_OUT) {
    it.on_command(line);
  } else if (kind == CURLINFO_HEADER_IN) {
    it.on_reply(line);
  }
  return 0;
}

std::string url_of(const Mail& mail, const Way& way) {
  const auto address = net::Address::parse(mail.server);
  const bool is_ipv6 = address && address->family() == net::Family::ipv6;
  return (way.tls == Tls::implicit ? "smtps://" : "smtp://") +
         (is_ipv6 ? "[" + mail.server + "]" : mail.server) + ":" + std::to_string(mail.port) + "/" +
         (mail.helo.empty() ? "localhost" : mail.helo);
}

/// So that curl asks no name server: "HOST:PORT:ADDRESS,ADDRESS".
std::string known_addresses(const Mail& mail, const std::vector<net::Address>& server) {
  std::string out = mail.server + ":" + std::to_string(mail.port) + ":";
  for (const auto& address : server) {
    const auto text = address.to_string();
    out += (out.ends_with(':') ? "" : ",") +
           (address.family() == net::Family::ipv6 ? "[" + text + "]" : text);
  }
  return out;
}

/// The table of options; whether curl took them all.
class Settings {
public:
  explicit Settings(CURL* handle) : handle_(handle) {}

  template <class Value>
  void set(CURLoption option, Value value) {
    good_ = good_ && curl_easy_setopt(handle_, option, value) == CURLE_OK;
  }

  [[nodiscard]] bool good() const { return good_; }

private:
  CURL* handle_;
  bool good_{true};
};

void set_security(Settings& to, const Mail& mail, const Way& way) {
  const long use = way.tls == Tls::none            ? CURLUSESSL_NONE
                   : way.tls == Tls::opportunistic ? CURLUSESSL_TRY
                                                   : CURLUSESSL_ALL;
  to.set(CURLOPT_USE_SSL, use);
  to.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  to.set(CURLOPT_SSL_VERIFYPEER, way.verify ? 1L : 0L);
  to.set(CURLOPT_SSL_VERIFYHOST, way.verify ? 2L : 0L);
  if (!mail.ca_file.empty()) {
    to.set(CURLOPT_CAINFO, mail.ca_file.c_str());
    to.set(CURLOPT_CAPATH, nullptr);
  }
  if (!mail.user.empty()) {
    to.set(CURLOPT_USERNAME, mail.user.c_str());
    to.set(CURLOPT_PASSWORD, mail.password.c_str());
    to.set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN;AUTH=CRAM-MD5");
  }
}

Errc code_of(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Errc::timeout;
    case CURLE_COULDNT_CONNECT:
      return Errc::refused;
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return Errc::tls;
    case CURLE_LOGIN_DENIED:
      return Errc::denied;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
      return Errc::closed;
    default:
      return Errc::io;
  }
}

Answer failed(Errc code, const std::string& what) {
  Answer out;
  out.code = code;
  out.error = text::escape_clipped(what, longest_error);
  return out;
}

Answer run(CURL* handle, const Mail& mail, const Talk& talk, const char* curls_words) {
  const auto code = curl_easy_perform(handle);
  if (code == CURLE_OK) {
    Answer out;
    out.refused = talk.refused;
    return out;
  }
  long reply = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply);
  constexpr long first_refusal = 400;
  constexpr long first_for_good = 500;
  const std::string_view words =
      *curls_words != '\0' ? std::string_view(curls_words) : curl_easy_strerror(code);
  auto out = failed(
      code_of(code),
      mail.server + ":" + std::to_string(mail.port) + ": " +
          (reply >= first_refusal && !talk.refusal.empty() ? talk.refusal : std::string(words)));
  // What was refused before TLS or login says nothing about the mail.
  out.for_good = reply >= first_for_good && code != CURLE_LOGIN_DENIED &&
                 code != CURLE_USE_SSL_FAILED && code != CURLE_OPERATION_TIMEDOUT;
  return out;
}

}  // namespace

Answer submit(const Mail& mail, const std::vector<net::Address>& server, SteadyTime deadline) {
  using std::chrono::milliseconds;
  const auto way = choose_way(mail, server);
  if (!way) {
    return failed(way.error().code, mail.server + ": " + way.error().detail);
  }
  const auto left =
      std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
  const std::unique_ptr<CURL, CloseCurl> handle(curl_easy_init());
  if (!handle || left.count() <= 0) {
    return failed(handle ? Errc::timeout : Errc::internal, mail.server + ": no answer in time");
  }
  Talk talk;
  talk.unsent = mail.message;
  std::array<char, CURL_ERROR_SIZE> words{};
  const auto url = url_of(mail, *way);
  TextList recipients;
  for (const auto& one : mail.recipients) {
    recipients.add("<" + one + ">");
  }
  TextList addresses;
  addresses.add(known_addresses(mail, server));
  const auto sender = "<" + mail.sender + ">";
  Settings to(handle.get());
  to.set(CURLOPT_URL, url.c_str());
  to.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  to.set(CURLOPT_PROXY, "");
  to.set(CURLOPT_NOSIGNAL, 1L);
  to.set(CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  to.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(left.count()));
  to.set(CURLOPT_ERRORBUFFER, words.data());
  to.set(CURLOPT_RESOLVE, addresses.get());
  to.set(CURLOPT_MAIL_FROM, sender.c_str());
  to.set(CURLOPT_MAIL_RCPT, recipients.get());
  to.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
  to.set(CURLOPT_UPLOAD, 1L);
  to.set(CURLOPT_READFUNCTION, &give_message);
  to.set(CURLOPT_READDATA, static_cast<void*>(&talk));
  to.set(CURLOPT_VERBOSE, 1L);
  to.set(CURLOPT_DEBUGFUNCTION, &on_talk);
  to.set(CURLOPT_DEBUGDATA, static_cast<void*>(&talk));
  set_security(to, mail, *way);
  return to.good() ? run(handle.get(), mail, talk, words.data())
                   : failed(Errc::internal, "libcurl does not know what is asked of it");
}

}  // namespace spranga::net_helper
