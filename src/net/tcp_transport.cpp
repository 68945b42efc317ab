#include "net/tcp_transport.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "net/dialer.h"
#include "net/socket.h"

namespace spranga::net {

namespace {

constexpr std::size_t read_chunk = 16UL * 1024;

constexpr Milliseconds at_least{1};  // for a read that does not wait

/// Neither a handshake nor an alert.
bool is_clear_text(unsigned char first) {
  constexpr unsigned char alert = 0x15;
  constexpr unsigned char handshake = 0x16;
  return first != alert && first != handshake;
}

Address local_address_of(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own idiom
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) == 0) {
    if (auto address = Address::from_sockaddr(storage)) {
      return *address;
    }
  }
  return {};
}

}  // namespace

TcpTransport::TcpTransport(Fd fd) : fd_(std::move(fd)), local_(local_address_of(fd_.get())) {}

Result<void> TcpTransport::write(std::string_view bytes, SteadyTime deadline) {
  if (!fd_) {
    return fail(Errc::closed, "the connection is closed");
  }
  while (!bytes.empty()) {
    SPRANGA_TRY(const auto done, ssl_ ? write_tls(bytes, deadline) : write_plain(bytes, deadline));
    bytes.remove_prefix(done);
  }
  return {};
}

Result<std::string> TcpTransport::read_some(SteadyTime deadline) {
  if (!fd_) {
    return fail(Errc::closed, "the connection is closed");
  }
  hurry_acknowledgements(fd_.get());
  return ssl_ ? read_tls(deadline) : read_plain(deadline);
}

void TcpTransport::close() {
  ssl_.reset();
  fd_.reset();
}

Result<std::size_t> TcpTransport::write_plain(std::string_view bytes, SteadyTime deadline) const {
  for (;;) {
    const auto done = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (done >= 0) {
      return static_cast<std::size_t>(done);
    }
    if (errno != EAGAIN && errno != EINTR) {
      return socket_failure(errno);
    }
    SPRANGA_CHECK(wait_for(fd_.get(), Wait::writable, deadline));
  }
}

Result<std::string> TcpTransport::read_plain(SteadyTime deadline) const {
  std::string buffer(read_chunk, '\0');
  for (;;) {
    const auto got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
      buffer.resize(static_cast<std::size_t>(got));
      return buffer;
    }
    if (got == 0) {
      return fail(Errc::closed, "the server closed the connection");
    }
    if (errno != EAGAIN && errno != EINTR) {
      return socket_failure(errno);
    }
    SPRANGA_CHECK(wait_for(fd_.get(), Wait::readable, deadline));
  }
}

Result<void> TcpTransport::wait_for_tls(int outcome, SteadyTime deadline) {
  const int saved = errno;
  switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_WANT_READ:
      return wait_for(fd_.get(), Wait::readable, deadline);
    case SSL_ERROR_WANT_WRITE:
      return wait_for(fd_.get(), Wait::writable, deadline);
    case SSL_ERROR_ZERO_RETURN:
      return fail(Errc::closed, "the server closed the connection");
    case SSL_ERROR_SYSCALL:
      if (saved != 0) {
        return socket_failure(saved);
      }
      return fail(Errc::closed, "the server closed the connection");
    default:
      return fail(Errc::tls, take_openssl_error());
  }
}

Result<std::size_t> TcpTransport::write_tls(std::string_view bytes, SteadyTime deadline) {
  for (;;) {
    ERR_clear_error();
    errno = 0;
    std::size_t done = 0;
    watch_->deadline = deadline;
    const int outcome = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &done);
    if (outcome == 1) {
      return done;
    }
    SPRANGA_CHECK(wait_for_tls(outcome, deadline));
  }
}

Result<std::string> TcpTransport::read_tls(SteadyTime deadline) {
  std::string buffer(read_chunk, '\0');
  // A deadline that is over asks for what is there already.
  watch_->deadline = std::max(deadline, std::chrono::steady_clock::now() + at_least);
  for (;;) {
    ERR_clear_error();
    errno = 0;
    std::size_t got = 0;
    const int outcome = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &got);
    if (outcome == 1) {
      buffer.resize(got);
      return buffer;
    }
    SPRANGA_CHECK(wait_for_tls(outcome, deadline));
    if (std::chrono::steady_clock::now() >=
        watch_->deadline) {  // a peer that trickles empty records
      return fail(Errc::timeout, "no answer in time");
    }
  }
}

/// OpenSSL reads on by itself for as long as a peer sends what needs no answer (session tickets,
/// renegotiation requests): no byte is given to it once the deadline is over. And what a server
/// says in clear text instead of a handshake is left in the socket.
long TcpTransport::before_read(BIO* bio,
                               int operation,
                               const char* /*data*/,
                               std::size_t /*length*/,
                               int /*argi*/,
                               long /*argl*/,
                               int outcome,
                               std::size_t* /*processed*/) {
  if (operation != BIO_CB_READ) {
    return outcome;
  }
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL keeps a char*
  auto& watch = *reinterpret_cast<Watch*>(BIO_get_callback_arg(bio));
  if (std::chrono::steady_clock::now() > watch.deadline) {
    BIO_set_retry_read(bio);
    return -1;
  }
  unsigned char first = 0;
  const auto seen = watch.expects_handshake ? recv(watch.fd, &first, 1, MSG_PEEK) : 0;
  if (seen == 1) {
    watch.expects_handshake = false;
    watch.met_clear_text = is_clear_text(first);
  } else if (seen < 0 && (errno == EAGAIN || errno == EINTR)) {
    // Nothing yet. Were OpenSSL let to read, the first byte could arrive in between, and a later
    // one be taken for the first.
    BIO_set_retry_read(bio);
    return -1;
  }
  if (watch.met_clear_text) {
    BIO_clear_retry_flags(bio);
    return -1;
  }
  return outcome;
}

Result<void> TcpTransport::shake_hands(HandshakeCall call, SteadyTime deadline) {
  if (!ssl_ || SSL_set_fd(ssl_.get(), fd_.get()) != 1) {
    ssl_.reset();
    return fail(Errc::internal, take_openssl_error());
  }
  watch_ =
      std::make_unique<Watch>(Watch{fd_.get(), deadline, SSL_is_server(ssl_.get()) == 0, false});
  auto* bio = SSL_get_rbio(ssl_.get());
  BIO_set_callback_ex(bio, &before_read);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL keeps a char*
  BIO_set_callback_arg(bio, reinterpret_cast<char*>(watch_.get()));
  auto done = finish_handshake(call, deadline);
  if (!done) {
    ssl_.reset();
    if (watch_->met_clear_text) {
      return fail(Errc::malformed, "the server goes on in clear text");
    }
  }
  return done;
}

Result<void> TcpTransport::finish_handshake(HandshakeCall call, SteadyTime deadline) {
  for (;;) {
    ERR_clear_error();
    errno = 0;
    hurry_acknowledgements(fd_.get());
    const int outcome = call(ssl_.get());
    if (outcome == 1) {
      return {};
    }
    SPRANGA_CHECK(wait_for_tls(outcome, deadline));
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(Errc::timeout, "TLS handshake not finished in time");
    }
  }
}

Result<TlsFacts> TcpTransport::start_tls(const TlsOptions& options, SteadyTime deadline) {
  SPRANGA_TRY(context_, make_client_context(options));
  ssl_.reset(SSL_new(context_.get()));
  if (ssl_ && !options.server_name.empty()) {
    SSL_set_tlsext_host_name(ssl_.get(), options.server_name.c_str());
  }
  SPRANGA_CHECK(shake_hands(&SSL_connect, deadline));
  return read_facts(ssl_.get(), options);
}

Result<void> TcpTransport::accept_tls(SSL_CTX* context, SteadyTime deadline) {
  ssl_.reset(SSL_new(context));
  return shake_hands(&SSL_accept, deadline);
}

namespace {

class TcpDialer final : public Dialer {
public:
  explicit TcpDialer(const DialerOptions& options) : options_(options) {}

  [[nodiscard]] Result<std::unique_ptr<Transport>> connect(const Endpoint& to,
                                                           SteadyTime deadline) override {
    SPRANGA_TRY(auto fd, connect_socket(to, options_, deadline));
    return std::unique_ptr<Transport>(std::make_unique<TcpTransport>(std::move(fd)));
  }

private:
  DialerOptions options_;
};

}  // namespace

std::unique_ptr<Dialer> make_dialer(const DialerOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  return std::make_unique<TcpDialer>(options);
}

}  // namespace spranga::net
