#include "app/secrets.h"

#include <cstdlib>

#include "app/output.h"
#include "app/terminal.h"
#include "words/phrase.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

constexpr const char* password_variable = "SPRANGA_PASSWORD";

Result<check::Secret> secret_of_file(const std::string& path) {
  SPRANGA_TRY(auto line, read_first_line(path));
  if (line.empty()) {
    return fail(Errc::malformed, say(Word::app_empty_secret, {path}));
  }
  return check::Secret(std::move(line));
}

/// From the environment, which then forgets it: no child process inherits it.
std::optional<check::Secret> secret_of_environment() {
  const char* value = std::getenv(password_variable);  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr || *value == '\0') {
    return std::nullopt;
  }
  check::Secret secret{std::string(value)};
  ::unsetenv(password_variable);  // NOLINT(concurrency-mt-unsafe): before any thread
  return secret;
}

Result<check::Secret> secret_of_terminal(const std::string& user) {
  auto typed = ask_secret(say(Word::app_password_prompt, {user}));
  if (!typed) {
    return fail(Errc::not_found, say(Word::app_no_password));
  }
  if (typed->empty()) {
    return fail(Errc::malformed, say(Word::app_empty_password));
  }
  return check::Secret(*std::move(typed));
}

}  // namespace

Result<std::optional<check::Credentials>> read_credentials(const check::CheckOptions& options) {
  if (options.user.empty()) {
    return std::nullopt;
  }
  check::Credentials credentials;
  credentials.user = options.user;
  if (!options.oauth2_token_file.empty()) {
    SPRANGA_TRY(credentials.oauth2_token, secret_of_file(options.oauth2_token_file));
  } else if (!options.password_file.empty()) {
    SPRANGA_TRY(credentials.password, secret_of_file(options.password_file));
  } else if (auto secret = secret_of_environment()) {
    credentials.password = *std::move(secret);
  } else {
    SPRANGA_TRY(credentials.password, secret_of_terminal(options.user));
  }
  return credentials;
}

}  // namespace spranga::app
