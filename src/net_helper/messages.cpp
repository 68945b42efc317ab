#include "net_helper/messages.h"

#include <algorithm>

#include "net/address.h"
#include "net/host_name.h"
#include "process/wire.h"

namespace spranga::net_helper {

namespace {

bool is_printable(char c) {
  return c > ' ' && c < '\x7f';
}

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

/// Names in DNS may hold underscores; nothing else that a host's may not.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

bool is_server(const std::string& text) {
  return net::Address::parse(text).has_value() || (is_name(text) && net::normal_host_name(text));
}

/// Lines end in CR LF, none is too long, there is no NUL.
Result<void> check_lines(std::string_view message) {
  if (message.empty() || !message.ends_with("\r\n")) {
    return fail(Errc::malformed, "a mail without an end of line");
  }
  std::size_t line = 0;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const char c = message[i];
    const bool ends = c == '\r' && i + 1 < message.size() && message[i + 1] == '\n';
    if (c == '\0' || (c == '\n') || (c == '\r' && !ends)) {
      return fail(Errc::malformed, "a mail with a NUL or half an end of line");
    }
    if (ends) {
      line = 0;
      ++i;
    } else if (++line > longest_mail_line) {
      return fail(Errc::malformed, "a mail with a line that is too long");
    }
  }
  return {};
}

Result<void> check(const Mail& mail) {
  if (!is_server(mail.server) || mail.port == 0) {
    return fail(Errc::malformed, "no mail server");
  }
  if (!mail.helo.empty() && !is_name(mail.helo)) {
    return fail(Errc::malformed, "no name for HELO");
  }
  if (mail.ca_file.size() > longest_path || !is_one_line(mail.ca_file)) {
    return fail(Errc::malformed, "no path of certificates");
  }
  for (const auto* secret : {&mail.user, &mail.password}) {
    if (secret->size() > longest_secret || !is_one_line(*secret)) {
      return fail(Errc::malformed, "a login that is too long or has control characters");
    }
  }
  if (!mail.sender.empty() && !is_mailbox(mail.sender)) {
    return fail(Errc::malformed, "a sender that is no address");
  }
  if (mail.recipients.empty() || mail.recipients.size() > most_recipients ||
      !std::ranges::all_of(mail.recipients, is_mailbox)) {
    return fail(Errc::malformed, "recipients that are none, too many, or no addresses");
  }
  if (mail.message.size() > largest_mail) {
    return fail(Errc::too_large, "a mail that is too large");
  }
  return check_lines(mail.message);
}

void put(process::Packer& to, const Mail& mail) {
  to.put(mail.server);
  to.put(mail.port);
  to.put(mail.tls);
  for (const auto* text : {&mail.ca_file, &mail.helo, &mail.user, &mail.password, &mail.sender}) {
    to.put(*text);
  }
  to.list(mail.recipients);
  to.put(mail.message);
}

Mail get_mail(process::Unpacker& from) {
  Mail out;
  out.server = from.text();
  out.port = from.get<std::uint16_t>();
  out.tls = from.one_of(Tls::none);
  for (auto* text : {&out.ca_file, &out.helo, &out.user, &out.password, &out.sender}) {
    *text = from.text();
  }
  out.recipients = from.texts();
  out.message = from.text();
  return out;
}

}  // namespace

bool is_mailbox(std::string_view text) {
  return !text.empty() && text.size() <= longest_mailbox &&
         std::ranges::all_of(text, is_printable) &&
         text.find_first_of("<>") == std::string_view::npos;
}

Result<void> check(const Request& request) {
  if (request.timeout < least_timeout || request.timeout > longest_timeout) {
    return fail(Errc::malformed, "a deadline that cannot be held");
  }
  switch (request.what) {
    case Request::What::addresses:
      return is_name(request.text) ? Result<void>() : fail(Errc::malformed, "no name");
    case Request::What::names:
      return net::Address::parse(request.text) ? Result<void>()
                                               : fail(Errc::malformed, "no address");
    case Request::What::mail:
      return check(request.mail);
  }
  return fail(Errc::malformed, "no such request");
}

std::string pack(const Request& request) {
  process::Packer to;
  to.put(request.number);
  to.put(request.what);
  to.put(request.text);
  to.put(request.timeout);
  if (request.what == Request::What::mail) {
    put(to, request.mail);
  }
  return to.take();
}

std::string pack(const Answer& answer) {
  process::Packer to;
  to.put(answer.number);
  to.put(answer.code);
  to.put(answer.error);
  to.put(answer.for_good);
  to.list(answer.texts);
  to.list(answer.refused, [](process::Packer& into, const Refused& one) {
    into.put(one.recipient);
    into.put(one.words);
    into.put(one.for_good);
  });
  return to.take();
}

Result<Request> read_request(std::string_view bytes) {
  process::Unpacker from(bytes);
  Request out;
  out.number = from.get<std::uint64_t>();
  out.what = from.one_of(Request::What::mail);
  out.text = from.text();
  out.timeout = from.length<std::chrono::milliseconds>();
  if (out.what == Request::What::mail) {
    out.mail = get_mail(from);
  }
  SPRANGA_CHECK(from.finish("a request to the net helper"));
  SPRANGA_CHECK(check(out));
  return out;
}

Result<Answer> read_answer(std::string_view bytes) {
  process::Unpacker from(bytes);
  Answer out;
  out.number = from.get<std::uint64_t>();
  out.code = from.one_of(Errc::internal);
  out.error = from.text();
  out.for_good = from.get<bool>();
  out.texts = from.texts();
  out.refused = from.list([](process::Unpacker& each) {
    Refused one;
    one.recipient = each.text();
    one.words = each.text();
    one.for_good = each.get<bool>();
    return one;
  });
  SPRANGA_CHECK(from.finish("an answer of the net helper"));
  const auto too_long = [](const std::string& text) { return text.size() > longest_error; };
  if (too_long(out.error) || out.texts.size() > most_texts ||
      std::ranges::any_of(out.texts, too_long) || out.refused.size() > most_recipients ||
      std::ranges::any_of(out.refused, [&](const Refused& one) {
        return !is_mailbox(one.recipient) || too_long(one.words);
      })) {
    return fail(Errc::too_large, "an answer of the net helper beyond its limits");
  }
  return out;
}

}  // namespace spranga::net_helper
