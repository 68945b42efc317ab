// Texts that rooms below the catalogue build: their Italian fits, and none of them is gone.
#include "words/elsewhere.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "tests/words/sources.h"
#include "words/phrase.h"

namespace spranga::words {
namespace {

/// What stands between the placeholders.
std::vector<std::string> literals_of(std::string_view pattern) {
  static const std::regex mark("\\{[0-9]\\}");
  const std::string text(pattern);
  return {std::sregex_token_iterator(text.begin(), text.end(), mark, -1),
          std::sregex_token_iterator()};
}

std::set<std::string> marks_of(std::string_view pattern) {
  static const std::regex mark("\\{[0-9]\\}");
  const std::string text(pattern);
  return {std::sregex_token_iterator(text.begin(), text.end(), mark), std::sregex_token_iterator()};
}

/// Every string literal of the sources but the catalogue's, a line each.
std::string sources() {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test::source_folder())) {
    const auto path = entry.path().string();
    if (path.ends_with(".cpp") && path.find("/src/words/") == std::string::npos) {
      for (const auto& literal : test::string_literals_of(path)) {
        all += literal + "\n";
      }
    }
  }
  return all;
}

/// What libc and OpenSSL say.
std::set<std::string> system_messages() {
  std::set<std::string> all;
  for (int number = 0; number < 134; ++number) {
    all.insert(std::system_category().message(number));
  }
  for (int number = -12; number < 6; ++number) {
    all.insert(std::string("DNS: ") + ::gai_strerror(number));
    all.insert(std::string("DNS: {0}: ") + ::hstrerror(number));
  }
  for (int number = 0; number < 100; ++number) {
    all.insert(::X509_verify_cert_error_string(number));
  }
  return all;
}

bool occurs(const std::string& all, std::string_view pattern) {
  const auto literals = literals_of(pattern);
  return std::ranges::all_of(literals, [&all](const std::string& literal) {
    return all.find(literal) != std::string::npos;
  });
}

TEST(Elsewhere, IsSaidSomewhereElse) {
  const auto all = sources();
  const auto system = system_messages();
  for (const auto& row : elsewhere_rows()) {
    EXPECT_TRUE(system.contains(std::string(row.english)) || occurs(all, row.english))
        << "nothing says any more: " << row.english;
  }
}

TEST(Elsewhere, HasTheSamePlaceholdersInItalian) {
  for (const auto& row : elsewhere_rows()) {
    EXPECT_EQ(marks_of(row.english), marks_of(row.italian)) << row.english;
    EXPECT_NE(row.english, row.italian);
  }
}

TEST(Elsewhere, HasPatternsThatFitFewTexts) {
  for (const auto& row : elsewhere_rows()) {
    std::size_t letters = 0;
    for (const auto& literal : literals_of(row.english)) {
      letters += literal.size();
    }
    EXPECT_TRUE(marks_of(row.english).empty() || letters >= 7) << row.english;
  }
}

TEST(Elsewhere, HasNoRowThatAnotherHides) {
  for (const auto& row : elsewhere_rows()) {
    auto expected = std::string(row.italian);
    EXPECT_EQ(translate(row.english, Language::italian), expected) << row.english;
  }
}

TEST(Translate, PutsTheValuesIn) {
  EXPECT_EQ(translate("a reply of over 500 lines or 9000 bytes", Language::italian),
            "una risposta di oltre 500 righe o 9000 byte");
  EXPECT_EQ(translate("[sshd] bantime: there is no %(x)s; did you mean %(y)s?", Language::italian),
            "[sshd] bantime: non esiste %(x)s; forse %(y)s?");
  EXPECT_EQ(
      translate("there is no filter filter.d/ssh.conf; did you mean sshd?", Language::italian),
      "non esiste il filtro filter.d/ssh.conf; forse sshd?");
  EXPECT_EQ(translate("usedns = wran: choose yes, warn, raw or no; no holds; did you mean warn?",
                      Language::italian),
            "usedns = wran: scegliere yes, warn, raw o no; vale no; forse warn?");
}

TEST(Translate, TranslatesAValueToo) {
  EXPECT_EQ(translate("TLS handshake failed: no answer in time", Language::italian),
            "handshake TLS fallito: nessuna risposta in tempo");
}

TEST(Translate, LeavesWhatItDoesNotKnow) {
  for (const auto* text : {"",
                           "550 5.7.1 Relay access denied",
                           "no answer",
                           "no answer in time?",
                           "TLS handshake faile",
                           "{0}",
                           "{",
                           "\"\" is not a hos"}) {
    EXPECT_EQ(translate(text, Language::italian), text);
  }
}

TEST(Translate, LeavesWhatIsTooLongForAMessage) {
  std::string nested;
  for (int i = 0; i < 100'000; ++i) {
    nested += "TLS handshake failed: ";
  }
  EXPECT_EQ(translate(nested, Language::italian), nested);
  EXPECT_EQ(translate(nested.substr(0, 44), Language::italian),
            "handshake TLS fallito: handshake TLS fallito: ");
}

TEST(Translate, LeavesEnglishAlone) {
  for (const auto& row : elsewhere_rows()) {
    EXPECT_EQ(translate(row.english, Language::english), row.english);
  }
}

TEST(Say, TranslatesItsValues) {
  EXPECT_EQ(say(Word::lost_here, {"Connection refused"}, Language::italian),
            "la connessione è finita qui: connessione rifiutata");
  EXPECT_EQ(say(Word::lost_here, {"Connection refused"}, Language::english),
            "the connection ended here: Connection refused");
}

TEST(Say, EscapesWhatATranslationBringsIn) {
  const auto said = say(Word::lost_here, {"TLS handshake failed: \x1b[31m"}, Language::italian);
  EXPECT_EQ(said.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace spranga::words
