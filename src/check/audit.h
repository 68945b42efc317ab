// Audit: what is known so far about one address under test, and the ways to learn more. Its probes
// run on two threads; every member function here may be called from both, unless it says otherwise.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <vector>

#include "check/check.h"
#include "check/settings.h"
#include "finding/finding.h"
#include "net/address.h"
#include "smtp/session.h"

namespace spranga::check {

/// Why a host is tested: named by the user, an MX of the domain, or by its SRV records.
enum class Role { mail_server, inbound_mx, submission };

/// What is tested and how we introduce ourselves. Constant for the run.
struct Subject {
  net::Address address;
  std::string host;            // name, or "" where TARGET is an address
  std::string tls_name;        // SNI and certificate name; "" = the address itself
  std::string domain;          // DOMAIN of the mail addresses; "" where none is known
  std::string ehlo_name;       // our forward-confirmed name or address literal
  std::string outside_domain;  // domain of our outside envelope sender
  std::string nonce;           // local part of our addresses: "spranga-4f2a…"
  std::string own_address;     // the login's own envelope address; "" without --user
  Role role{Role::mail_server};
  std::vector<int> ports;
  std::vector<int> implicit_tls_ports;
  bool from_itself{false};  // we are the server, or on it: no outsider

  [[nodiscard]] std::string outside_sender() const { return nonce + "@" + outside_domain; }
};

enum class PortState {
  untested,
  open,         // greets as SMTP and takes EHLO or HELO
  shut,         // refused
  filtered,     // no answer to the connection attempt
  unreachable,  // no route, or no such address family here
  turned_away,  // 421, 554 or the like instead of a greeting
  silent,       // accepts, never greets
  not_smtp,     // greets as something else, or breaks the protocol
  tls_failed,   // 465: the handshake failed
};

/// How far A2 has come on a port; probes/clear_auth.cpp says what the steps mean.
struct ClearAuthFacts {
  enum class State {
    untested,
    taken,       // a challenge, a success or a verdict on credentials came in clear
    advertised,  // AUTH is advertised in clear, and another port has proved what that means
    refused,
    refused_elsewhere,  // the product takes AUTH only where it advertises it; seen on another port
    pending,            // so far each mechanism was refused for itself
    unclear,
    lost,
  };

  State state{State::untested};
  std::string mechanism;               // that was taken or answered last
  std::string words;                   // of the reply that decided, raw
  std::vector<std::string> tried;      // asked for in clear
  std::vector<std::string> arguments;  // answered 501
  bool refuses{false};                 // one was refused in words that sound like all of AUTH
  bool refuses_all{false};             // in words of Exim, which mean all of AUTH
  bool after_helo{false};              // it was taken after HELO only
  std::string helo_trouble;            // why the question after HELO got no answer, raw
  std::vector<finding::Line> evidence;
};

/// The answer to a ClientHello that offers TLS 1.1 at most.
struct OldTlsFacts {
  enum class State { untested, refused, accepted, unclear };

  State state{State::untested};
  std::string version;  // that was agreed, "TLS 1.1"
  std::string words;    // why it is unclear, raw
  std::vector<finding::Line> evidence;
};

/// What the dialogues with one port have shown.
struct PortFacts {
  int port{0};
  bool implicit_tls{false};
  PortState state{PortState::untested};
  std::string trouble;  // the server's words or the system's, raw
  smtp::Reply greeting;
  smtp::Capabilities clear;
  smtp::Capabilities secure;
  bool tls_seen{false};  // a handshake succeeded
  net::TlsFacts tls;
  std::chrono::microseconds tls_at{0};  // of the handshake, since the start of the run
  std::string tls_trouble;              // why it did not, raw
  bool no_tls{false};          // that there is none to be had was seen, rather than lost on the way
  bool met_clear_text{false};  // instead of a handshake, where TLS comes first
  ClearAuthFacts clear_auth;
  OldTlsFacts old_tls;
  std::vector<std::string> ehlo_views;  // keywords of each EHLO in clear, sorted, for A8
};

class Audit;

/// One connection with its place in the report: counts it, holds one of the two slots of the
/// address, and hands its transcript over when it ends. One thread.
class Conversation {
public:
  Conversation(Audit& audit,
               int port,
               std::string purpose,
               std::unique_ptr<net::Transport> transport);
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  Conversation(Conversation&&) = delete;
  Conversation& operator=(Conversation&&) = delete;
  ~Conversation();

  [[nodiscard]] smtp::Session& smtp() { return session_; }

  [[nodiscard]] int port() const { return port_; }

  [[nodiscard]] finding::Where where() const;

  /// Transcript lines from `mark` on, as evidence.
  [[nodiscard]] std::vector<finding::Line> evidence(std::size_t mark) const;

private:
  Audit& audit_;
  int port_;
  std::string purpose_;
  smtp::Session session_;
};

/// A handshake succeeded on this port.
void remember_tls(PortFacts& facts, const Conversation& conversation, net::TlsFacts tls);

class Audit {
public:
  Audit(Subject subject,
        const CheckSettings& settings,
        const World& world,
        SteadyTime origin,
        Progress progress);

  [[nodiscard]] const Subject& subject() const { return subject_; }

  [[nodiscard]] const CheckSettings& settings() const { return settings_; }

  /// Is `rule` (1–3) among those that the user asked for?
  [[nodiscard]] bool asks(int rule) const;

  /// Opens a connection (TCP only). Waits while two are open to this address. Errc::too_large after
  /// the 25th, whatever a server makes us repeat.
  [[nodiscard]] Result<std::unique_ptr<Conversation>> connect(int port, std::string purpose);

  /// Connects and waits for the greeting: is the door still open? Counts as a connection. A guard
  /// may refuse the connection, end it at once, or greet with a refusal.
  [[nodiscard]] Result<void> knock(int number);

  /// Is a refused port closed for sure, or may a network between have refused it? Many refuse 25.
  [[nodiscard]] bool shut_means_closed() const;

  /// Lets a server forget connections that we have already closed.
  void wait_for_room() const;

  [[nodiscard]] net::TlsOptions tls_options() const;

  void add(finding::Finding finding);
  void add_noise(std::string_view id, int lines);
  void say(const words::Phrase& step);

  /// May a probe that costs `lines` counted lines still run within the budget of this address?
  [[nodiscard]] bool may_spend(int lines) const;

  /// Held while a submission port is asked as a stranger, so that the next one knows what it cost.
  [[nodiscard]] std::unique_lock<std::mutex> turn_of_strangers();

  /// Being refused as a stranger on a submission port leaves a counted line here.
  void set_strangers_counted();

  /// What the first of them may still leave: it is asked in any case.
  [[nodiscard]] int lines_for_strangers() const;

  /// May one more submission port be asked, with a line left for the relay probe?
  [[nodiscard]] bool may_ask_as_stranger() const;

  /// A note of facts of a port. The reference stays valid; one dialogue at a time owns a port.
  [[nodiscard]] PortFacts& port(int number);

  /// Held by the one dialogue that may write to a port's facts while others run beside it.
  [[nodiscard]] std::unique_lock<std::mutex> turn_of(int number);

  /// Ports whose state is open, in the order 587, 465, 25, others.
  [[nodiscard]] std::vector<int> open_ports();

  void set_product(finding::Product product);
  [[nodiscard]] finding::Product product() const;

  /// Something learnt from a reply that other ports can use; see clear_auth.cpp.
  /// The server behind this port refuses AUTH where it does not advertise it; so does one that
  /// greets alike, but for all we know not another server behind another port.
  void set_auth_needs_advertising(const PortFacts& facts);
  [[nodiscard]] bool auth_needs_advertising(const PortFacts& facts) const;
  void set_clear_auth_proved();
  [[nodiscard]] bool clear_auth_proved() const;

  /// The door fell shut after a probe: what is left becomes not tested.
  /// True the first time.
  bool set_blocked(std::string_view after_check);
  [[nodiscard]] std::string blocked_after() const;  // "" = not blocked

  [[nodiscard]] bool out_of_time() const;

  // For the end of the run, when no thread works any more.
  [[nodiscard]] std::vector<finding::Finding> take_findings();
  [[nodiscard]] finding::Noise noise() const;
  [[nodiscard]] std::vector<finding::Dialogue> take_dialogues();
  [[nodiscard]] int connections() const;

  [[nodiscard]] const std::map<int, PortFacts>& all_ports() const { return ports_; }

private:
  friend class Conversation;
  void keep(finding::Dialogue dialogue);

  void release_slot() { slots_.release(); }

  [[nodiscard]] smtp::SessionTiming timing() const;

  const Subject subject_;
  const CheckSettings& settings_;
  const World world_;
  const SteadyTime origin_;
  const SteadyTime end_;
  const Progress progress_;
  std::counting_semaphore<2> slots_{2};

  mutable std::mutex mutex_;  // guards all below
  std::map<int, PortFacts> ports_;
  std::map<int, std::mutex> turns_;
  std::mutex strangers_;
  bool strangers_counted_{false};
  std::vector<finding::Finding> findings_;
  std::vector<finding::Dialogue> dialogues_;
  finding::Noise noise_;
  finding::Product product_{finding::Product::unknown};
  std::optional<std::string> auth_needs_advertising_;  // the start of that greeting
  bool clear_auth_proved_{false};
  std::string blocked_after_;
  int connections_{0};
};

/// A transcript as the report has it.
[[nodiscard]] std::vector<finding::Line> lines_of(const smtp::Transcript& transcript);

/// A finding made of a conversation's lines since `mark`. `where` is the conversation's now.
[[nodiscard]] finding::Finding make_finding(std::string_view id,
                                            finding::Status status,
                                            words::Phrase summary,
                                            const Conversation& conversation,
                                            std::size_t mark);

/// A finding about a port without a dialogue of its own.
[[nodiscard]] finding::Finding make_finding(std::string_view id,
                                            finding::Status status,
                                            words::Phrase summary,
                                            const Audit& audit,
                                            std::optional<int> port,
                                            bool tls = false);

/// "timed out", "the connection was reset", … for a failure in a reason's text.
[[nodiscard]] std::string failure_text(const Error& error);

}  // namespace spranga::check
