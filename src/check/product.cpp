#include "check/product.h"

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
Product find(const std::array<ProductWords, Size>& rows, const smtp::Reply& reply) {
  const auto text = text::to_lower(reply.text());
  for (const auto& row : rows) {
    if (text.find(row.words) != std::string::npos) {
      return row.product;
    }
  }
  return Product::unknown;
}

}  // namespace

Product product_of_greeting(const smtp::Reply& greeting) {
  return find(greetings, greeting);
}

Product product_of_reply(const smtp::Reply& reply) {
  // Exim's whole answer to a cancelled AUTH; others say more, or have an enhanced code.
  const bool exim = reply.code == 501 && reply.lines.front() == "Authentication cancelled";
  return exim ? Product::exim : find(replies, reply);
}

}  // namespace spranga::check
