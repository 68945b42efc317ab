#include "finding/remedy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "finding/catalogue.h"
#include "words/elsewhere.h"

namespace spranga::finding {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using words::Language;

constexpr int remedy_count = static_cast<int>(RemedyId::allow_mistakes) + 1;

std::vector<std::string> lines_for(RemedyId id, Product product) {
  return remedy_lines(id, product, Language::english);
}

TEST(Remedy, SaysTheDirectivesPlaceInItalianToo) {
  for (int i = 0; i < remedy_count; ++i) {
    for (const auto& directive : remedy(RemedyId(i)).directives) {
      const bool file_name = directive.where.find(' ') == std::string_view::npos;
      const bool translated =
          words::translate(directive.where, Language::italian) != directive.where;
      EXPECT_TRUE(file_name || translated)
          << directive.where << ": give it a row in src/words/it/elsewhere.inc";
    }
  }
}

TEST(Remedy, HasARowForEachIdInItsPlace) {
  for (int i = 0; i < remedy_count; ++i) {
    EXPECT_EQ(remedy(RemedyId(i)).id, RemedyId(i));
  }
}

TEST(Remedy, SaysWhatChangesInWordsFirst) {
  for (int i = 0; i < remedy_count; ++i) {
    const auto lines = lines_for(RemedyId(i), Product::unknown);
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.front(), words::say(remedy(RemedyId(i)).what));
    EXPECT_GE(lines.size(), remedy(RemedyId(i)).directives.size() + 1);
  }
}

TEST(Remedy, NamesTheProductAndTheFile) {
  EXPECT_THAT(lines_for(RemedyId::auth_only_over_tls, Product::postfix),
              Contains("Postfix (main.cf): smtpd_tls_auth_only = yes"));
}

TEST(Remedy, NamesAPlaceOnceWhereItTakesSeveralLines) {
  const auto lines = lines_for(RemedyId::require_tls12, Product::postfix);
  ASSERT_GE(lines.size(), 4U);
  EXPECT_EQ(lines[1], "Postfix (main.cf):");
  EXPECT_EQ(lines[2], "  smtpd_tls_protocols = >=TLSv1.2");
  EXPECT_EQ(lines[3], "  smtpd_tls_mandatory_protocols = >=TLSv1.2");
}

TEST(Remedy, OfAKnownProductIsOnlyItsOwnAndDovecots) {
  auto lines = lines_for(RemedyId::auth_only_over_tls, Product::exim);
  lines.erase(lines.begin());
  EXPECT_THAT(lines, Contains(StartsWith("Exim (")));
  EXPECT_THAT(lines, Contains(StartsWith("Dovecot (")));
  EXPECT_THAT(lines, Each(testing::AnyOf(StartsWith("Exim ("), StartsWith("Dovecot ("))));
}

TEST(Remedy, OfAnUnknownProductListsAll) {
  const auto lines = lines_for(RemedyId::bind_sender_to_login, Product::unknown);
  for (const auto* product : {"Postfix (", "Exim (", "Sendmail (", "OpenSMTPD ("}) {
    EXPECT_THAT(lines, Contains(StartsWith(product)));
  }
}

TEST(Remedy, ForDnsBelongsToNoProduct) {
  EXPECT_THAT(lines_for(RemedyId::publish_spf_dmarc, Product::postfix), Contains("DNS:"));
}

TEST(Remedy, ForSendmailNeverLeavesACrackableMechanismInClear) {
  EXPECT_THAT(lines_for(RemedyId::auth_only_over_tls, Product::sendmail),
              Each(Not(HasSubstr("MD5"))));
  EXPECT_THAT(lines_for(RemedyId::auth_only_over_tls, Product::sendmail),
              Contains(HasSubstr("confAUTH_MECHANISMS', `PLAIN LOGIN'")));
}

TEST(Remedy, BracesOfAnEximExpansionAreBalanced) {
  for (int i = 0; i < remedy_count; ++i) {
    for (const auto& directive : remedy(RemedyId(i)).directives) {
      EXPECT_EQ(std::ranges::count(directive.line, '{'), std::ranges::count(directive.line, '}'))
          << directive.line;
      EXPECT_EQ(directive.line.find('\n'), std::string_view::npos);
    }
  }
}

TEST(Remedy, EveryRemedyOfTheCatalogueNamesTheThreeMostUsedServersWhereTheyHaveASetting) {
  for (const auto id : {RemedyId::auth_only_over_tls,
                        RemedyId::offer_submission,
                        RemedyId::require_starttls,
                        RemedyId::require_tls12,
                        RemedyId::valid_certificate,
                        RemedyId::close_relay,
                        RemedyId::bind_sender_to_login,
                        RemedyId::login_before_mail}) {
    for (const auto product : {Product::postfix, Product::exim, Product::sendmail}) {
      const auto directives = remedy(id).directives;
      EXPECT_TRUE(std::ranges::count(directives, product, &Remedy::Directive::product) > 0)
          << product_name(product) << ": " << words::say(remedy(id).what);
    }
  }
}

TEST(Product, HasANameUnlessItIsUnknown) {
  EXPECT_EQ(product_name(Product::unknown), "");
  EXPECT_EQ(product_name(Product::other), "");
  EXPECT_EQ(product_name(Product::opensmtpd), "OpenSMTPD");
  EXPECT_EQ(product_name(Product::haraka), "Haraka");
}

}  // namespace
}  // namespace spranga::finding
