#include "smtp/sasl.h"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <array>

namespace spranga::smtp {

namespace {

struct KindRow {
  std::string_view prefix;
  MechanismKind kind;
};

constexpr std::array kinds = {
    KindRow{"PLAIN", MechanismKind::clear},
    KindRow{"LOGIN", MechanismKind::clear},
    KindRow{"XOAUTH2", MechanismKind::oauth},
    KindRow{"OAUTHBEARER", MechanismKind::oauth},
    KindRow{"CRAM-MD5", MechanismKind::challenge},
    KindRow{"DIGEST-MD5", MechanismKind::challenge},
    KindRow{"NTLM", MechanismKind::challenge},
    KindRow{"SCRAM-", MechanismKind::scram},
};

std::string gs2_name(std::string_view user) {
  std::string out;
  for (const char c : user) {
    out += c == '=' ? "=3D" : c == ',' ? "=2C" : std::string(1, c);
  }
  return out;
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's byte type
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string plain_response(std::string_view user, std::string_view password) {
  std::string raw(1, '\0');
  raw.append(user).append(1, '\0').append(password);
  return base64(raw);
}

std::string xoauth2_response(std::string_view user, std::string_view token) {
  return base64(
      fmt::format("user={}\x01"
                  "auth=Bearer {}\x01\x01",
                  user,
                  token));
}

std::string oauthbearer_response(std::string_view user,
                                 std::string_view host,
                                 int port,
                                 std::string_view token) {
  return base64(
      fmt::format("n,a={},\x01host={}\x01port={}\x01"
                  "auth=Bearer {}\x01\x01",
                  gs2_name(user),
                  host,
                  port,
                  token));
}

MechanismKind mechanism_kind(std::string_view mechanism) {
  for (const auto& row : kinds) {
    const bool family = row.prefix.back() == '-';
    if (family ? mechanism.substr(0, row.prefix.size()) == row.prefix : mechanism == row.prefix) {
      return row.kind;
    }
  }
  return MechanismKind::other;
}

}  // namespace spranga::smtp
