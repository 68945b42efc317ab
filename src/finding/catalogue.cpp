// The rows of the catalogue, in the order of the report.
#include "finding/catalogue.h"

#include <algorithm>
#include <array>

namespace spranga::finding {

namespace {

using enum Rule;
using enum Weight;
using words::Word;

// clang-format off
constexpr std::array check_rows = {
    Check{"A1", passwords_over_tls, must, Word::a1_title, Word::a1_meaning, Word::a1_method, RemedyId::offer_submission},
    Check{"A2", passwords_over_tls, must, Word::a2_title, Word::a2_meaning, Word::a2_method, RemedyId::auth_only_over_tls},
    Check{"A3", passwords_over_tls, should, Word::a3_title, Word::a3_meaning, Word::a3_method, RemedyId::require_starttls},
    Check{"A4", passwords_over_tls, must, Word::a4_title, Word::a4_meaning, Word::a4_method, RemedyId::require_tls12},
    Check{"A5", passwords_over_tls, must, Word::a5_title, Word::a5_meaning, Word::a5_method, RemedyId::discard_before_tls},
    Check{"A6", passwords_over_tls, must, Word::a6_title, Word::a6_meaning, Word::a6_method, RemedyId::forget_before_tls},
    Check{"A7", passwords_over_tls, inform, Word::a7_title, Word::a7_meaning, Word::a7_method, RemedyId::offer_465},
    Check{"A8", passwords_over_tls, inform, Word::a8_title, Word::a8_meaning, Word::a8_method, RemedyId::same_on_all_addresses},
    Check{"S1", authorised_senders, must, Word::s1_title, Word::s1_meaning, Word::s1_method, RemedyId::close_relay},
    Check{"S2", authorised_senders, must, Word::s2_title, Word::s2_meaning, Word::s2_method, RemedyId::bind_sender_to_login},
    Check{"S3", authorised_senders, should, Word::s3_title, Word::s3_meaning, Word::s3_method, RemedyId::refuse_own_domain},
    Check{"S4", authorised_senders, must, Word::s4_title, Word::s4_meaning, Word::s4_method, RemedyId::login_before_mail},
    Check{"S6", authorised_senders, should, Word::s6_title, Word::s6_meaning, Word::s6_method, RemedyId::publish_spf_dmarc},
    Check{"S7", authorised_senders, inform, Word::s7_title, Word::s7_meaning, Word::s7_method, RemedyId::hide_users},
    Check{"G1", guessing_blocked, must, Word::g1_title, Word::g1_meaning, Word::g1_method, RemedyId::block_guessing},
    Check{"G2", guessing_blocked, must, Word::g2_title, Word::g2_meaning, Word::g2_method, RemedyId::ban_longer},
    Check{"G3", guessing_blocked, inform, Word::g3_title, Word::g3_meaning, Word::g3_method, std::nullopt},
    Check{"G4", guessing_blocked, inform, Word::g4_title, Word::g4_meaning, Word::g4_method, std::nullopt},
    Check{"G5", guessing_blocked, inform, Word::g5_title, Word::g5_meaning, Word::g5_method, std::nullopt},
    Check{"G6", guessing_blocked, should, Word::g6_title, Word::g6_meaning, Word::g6_method, std::nullopt},
    Check{"X8", beyond, inform, Word::x8_title, Word::x8_meaning, Word::x8_method, std::nullopt},
    Check{"X11", beyond, inform, Word::x11_title, Word::x11_meaning, Word::x11_method, RemedyId::no_xclient},
};
// clang-format on

}  // namespace

std::span<const Check> catalogue() {
  return check_rows;
}

const Check* find_check(std::string_view id) {
  const auto* found = std::ranges::find(check_rows, id, &Check::id);
  return found == check_rows.end() ? nullptr : found;
}

}  // namespace spranga::finding
