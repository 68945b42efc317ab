// Initial responses of the SASL mechanisms that spranga logs in with (RFC 4616, 7628; XOAUTH2 and
// LOGIN as vendors do them). What comes out is a secret: it is sent under TLS and printed nowhere.
#pragma once

#include <string>
#include <string_view>

namespace spranga::smtp {

[[nodiscard]] std::string base64(std::string_view bytes);

/// Base64 of NUL user NUL password (RFC 4616).
[[nodiscard]] std::string plain_response(std::string_view user, std::string_view password);

/// Base64 of "user=U^Aauth=Bearer T^A^A".
[[nodiscard]] std::string xoauth2_response(std::string_view user, std::string_view token);

/// Base64 of the GS2 header and key/value pairs of RFC 7628 §3.1. `=` and `,` in the user are
/// escaped.
[[nodiscard]] std::string oauthbearer_response(std::string_view user,
                                               std::string_view host,
                                               int port,
                                               std::string_view token);

/// How a mechanism is regarded. `other` are those that A2 only warns about (GSSAPI, EXTERNAL, …).
enum class MechanismKind { clear, challenge, scram, oauth, other };

/// `clear`: the password itself travels (PLAIN, LOGIN); `challenge`: crackable answers (CRAM-MD5,
/// DIGEST-MD5, NTLM); the name is upper case.
[[nodiscard]] MechanismKind mechanism_kind(std::string_view mechanism);

}  // namespace spranga::smtp
