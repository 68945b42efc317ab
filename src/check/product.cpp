#include "check/product.h"

#include <fmt/core.h>

#include <array>

#include "text/ascii.h"

namespace spranga::check {

namespace {

using finding::Product;

struct ProductWords {
  std::string_view words;  // lower case
  Product product;
};

// Order matters: Dovecot's submission proxy may repeat its back end's name.
constexpr std::array greetings = {
    ProductWords{"dovecot", Product::dovecot},
    ProductWords{"exim", Product::exim},
    ProductWords{"opensmtpd", Product::opensmtpd},
    ProductWords{"postfix", Product::postfix},
    ProductWords{"sendmail", Product::sendmail},
    ProductWords{"microsoft esmtp", Product::exchange},
    ProductWords{"haraka", Product::haraka},
    ProductWords{"gsmtp", Product::other},  // Gmail, whose replies sound like Postfix's
};

// Words that one product alone writes, where the greeting hides its name.
constexpr std::array replies = {
    ProductWords{"auth command used when not advertised", Product::exim},
    ProductWords{"must issue a starttls command first", Product::postfix},
    ProductWords{"authentication not enabled", Product::postfix},
    ProductWords{"auth mechanism plain not available", Product::sendmail},
    ProductWords{"auth mechanism login not available", Product::sendmail},
};

template <std::size_t Size>
Product find(const std::array<ProductWords, Size>& rows, std::string_view text) {
  for (const auto& row : rows) {
    if (text.find(row.words) != std::string_view::npos) {
      return row.product;
    }
  }
  return Product::unknown;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

/// The words of a greeting behind the host name, each alone: a server may be called
/// postfix.example.org and be none, or hide a product's name within its own.
std::string greeting_words(const smtp::Reply& greeting) {
  const auto text = text::to_lower(greeting.text());
  auto words = text::split_words(text);
  std::string out;
  for (std::size_t i = 1; i < words.size(); ++i) {
    for (const char c : words[i]) {
      out += is_name_character(c) ? c : ' ';
    }
    out += ' ';
  }
  return " " + out;
}

}  // namespace

Product product_of_greeting(const smtp::Reply& greeting) {
  const auto words = greeting_words(greeting);
  for (const auto& row : greetings) {
    if (words.find(fmt::format(" {} ", row.words)) != std::string::npos) {
      return row.product;
    }
  }
  return Product::unknown;
}

Product product_of_reply(const smtp::Reply& reply) {
  // Exim's whole answer to a cancelled AUTH; others say more, or have an enhanced code.
  const bool exim = reply.code == 501 && reply.lines.front() == "Authentication cancelled";
  return exim ? Product::exim : find(replies, text::to_lower(reply.text()));
}

}  // namespace spranga::check
