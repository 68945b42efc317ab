#include "guard/dates/zone_names.h"

#include <algorithm>
#include <array>

#include "guard/dates/decimal.h"

namespace spranga::guard {

namespace {

struct Abbreviation {
  std::string_view name;
  int minutes;
};

// Sorted by name.
constexpr std::array abbreviations = {
    Abbreviation{"A", 60},      Abbreviation{"ACDT", 630},   Abbreviation{"ACST", 570},
    Abbreviation{"ACT", 480},   Abbreviation{"ADT", -180},   Abbreviation{"AEDT", 660},
    Abbreviation{"AEST", 600},  Abbreviation{"AFT", 270},    Abbreviation{"AKDT", -480},
    Abbreviation{"AKST", -540}, Abbreviation{"ALMT", 360},   Abbreviation{"AMST", 300},
    Abbreviation{"AMT", 240},   Abbreviation{"ANAST", 720},  Abbreviation{"ANAT", 720},
    Abbreviation{"AQTT", 300},  Abbreviation{"ART", -180},   Abbreviation{"AST", -240},
    Abbreviation{"AWDT", 540},  Abbreviation{"AWST", 480},   Abbreviation{"AZOT", -60},
    Abbreviation{"AZST", 300},  Abbreviation{"AZT", 240},    Abbreviation{"B", 120},
    Abbreviation{"BDT", 480},   Abbreviation{"BIOT", 360},   Abbreviation{"BNT", 480},
    Abbreviation{"BOT", -240},  Abbreviation{"BRST", -120},  Abbreviation{"BRT", -180},
    Abbreviation{"BTT", 360},   Abbreviation{"C", 180},      Abbreviation{"CAST", 480},
    Abbreviation{"CAT", 120},   Abbreviation{"CCT", 390},    Abbreviation{"CDT", -300},
    Abbreviation{"CEDT", 120},  Abbreviation{"CEST", 120},   Abbreviation{"CET", 60},
    Abbreviation{"CIST", -480}, Abbreviation{"CKT", -600},   Abbreviation{"CLST", -180},
    Abbreviation{"CLT", -240},  Abbreviation{"COST", -240},  Abbreviation{"COT", -300},
    Abbreviation{"CST", -360},  Abbreviation{"CVT", -60},    Abbreviation{"CXT", 420},
    Abbreviation{"D", 240},     Abbreviation{"DAVT", 420},   Abbreviation{"DFT", 60},
    Abbreviation{"E", 300},     Abbreviation{"EASST", -300}, Abbreviation{"EAST", -360},
    Abbreviation{"EAT", 180},   Abbreviation{"ECT", -300},   Abbreviation{"EDT", -240},
    Abbreviation{"EEDT", 180},  Abbreviation{"EEST", 180},   Abbreviation{"EET", 120},
    Abbreviation{"EGST", 0},    Abbreviation{"EGT", -60},    Abbreviation{"EST", -300},
    Abbreviation{"F", 360},     Abbreviation{"FJST", 780},   Abbreviation{"FJT", 720},
    Abbreviation{"FKST", -180}, Abbreviation{"FKT", -240},   Abbreviation{"FNT", -120},
    Abbreviation{"G", 420},     Abbreviation{"GALT", -360},  Abbreviation{"GAMT", -540},
    Abbreviation{"GET", 240},   Abbreviation{"GFT", -180},   Abbreviation{"GILT", 720},
    Abbreviation{"GIT", -540},  Abbreviation{"GMT", 0},      Abbreviation{"GST", 240},
    Abbreviation{"GYT", -240},  Abbreviation{"H", 480},      Abbreviation{"HAA", -180},
    Abbreviation{"HAC", -300},  Abbreviation{"HADT", -540},  Abbreviation{"HAE", -240},
    Abbreviation{"HAP", -420},  Abbreviation{"HAR", -360},   Abbreviation{"HAST", -600},
    Abbreviation{"HAT", -150},  Abbreviation{"HAY", -480},   Abbreviation{"HKT", 480},
    Abbreviation{"HLV", -270},  Abbreviation{"HMT", 300},    Abbreviation{"HNA", -240},
    Abbreviation{"HNC", -360},  Abbreviation{"HNE", -300},   Abbreviation{"HNP", -480},
    Abbreviation{"HNR", -420},  Abbreviation{"HNT", -210},   Abbreviation{"HNY", -540},
    Abbreviation{"HOVT", 420},  Abbreviation{"HST", -600},   Abbreviation{"I", 540},
    Abbreviation{"ICT", 420},   Abbreviation{"IDT", 180},    Abbreviation{"IOT", 360},
    Abbreviation{"IRDT", 270},  Abbreviation{"IRKST", 540},  Abbreviation{"IRKT", 480},
    Abbreviation{"IRST", 210},  Abbreviation{"JST", 540},    Abbreviation{"K", 600},
    Abbreviation{"KGT", 360},   Abbreviation{"KRAST", 480},  Abbreviation{"KRAT", 420},
    Abbreviation{"KST", 540},   Abbreviation{"KUYT", 240},   Abbreviation{"L", 660},
    Abbreviation{"LHDT", 660},  Abbreviation{"LHST", 630},   Abbreviation{"M", 720},
    Abbreviation{"MAGST", 720}, Abbreviation{"MAGT", 660},   Abbreviation{"MART", -570},
    Abbreviation{"MAWT", 300},  Abbreviation{"MDT", -360},   Abbreviation{"MHT", 720},
    Abbreviation{"MIT", -570},  Abbreviation{"MMT", 390},    Abbreviation{"MSD", 240},
    Abbreviation{"MSK", 180},   Abbreviation{"MST", -420},   Abbreviation{"MUT", 240},
    Abbreviation{"MVT", 300},   Abbreviation{"MYT", 480},    Abbreviation{"N", -60},
    Abbreviation{"NCT", 660},   Abbreviation{"NDT", -150},   Abbreviation{"NFT", 690},
    Abbreviation{"NOVST", 420}, Abbreviation{"NOVT", 360},   Abbreviation{"NPT", 345},
    Abbreviation{"NST", -210},  Abbreviation{"NUT", -660},   Abbreviation{"NZDT", 780},
    Abbreviation{"NZST", 720},  Abbreviation{"O", -120},     Abbreviation{"OMSST", 420},
    Abbreviation{"OMST", 360},  Abbreviation{"P", -180},     Abbreviation{"PDT", -420},
    Abbreviation{"PET", -300},  Abbreviation{"PETST", 720},  Abbreviation{"PETT", 720},
    Abbreviation{"PGT", 600},   Abbreviation{"PHT", 480},    Abbreviation{"PKT", 300},
    Abbreviation{"PMDT", -120}, Abbreviation{"PMST", -180},  Abbreviation{"PONT", 660},
    Abbreviation{"PST", -480},  Abbreviation{"PWT", 540},    Abbreviation{"PYST", -180},
    Abbreviation{"PYT", -240},  Abbreviation{"Q", -240},     Abbreviation{"R", -300},
    Abbreviation{"RET", 240},   Abbreviation{"S", -360},     Abbreviation{"SAMT", 240},
    Abbreviation{"SAST", 120},  Abbreviation{"SBT", 660},    Abbreviation{"SCT", 240},
    Abbreviation{"SGT", 480},   Abbreviation{"SLT", 330},    Abbreviation{"SRT", -180},
    Abbreviation{"SST", -660},  Abbreviation{"T", -420},     Abbreviation{"TAHT", -600},
    Abbreviation{"TFT", 300},   Abbreviation{"THA", 420},    Abbreviation{"TJT", 300},
    Abbreviation{"TKT", -600},  Abbreviation{"TLT", 540},    Abbreviation{"TMT", 300},
    Abbreviation{"TVT", 720},   Abbreviation{"U", -480},     Abbreviation{"ULAT", 480},
    Abbreviation{"UTC", 0},     Abbreviation{"UYST", -120},  Abbreviation{"UYT", -180},
    Abbreviation{"UZT", 300},   Abbreviation{"V", -540},     Abbreviation{"VET", -270},
    Abbreviation{"VLAST", 660}, Abbreviation{"VLAT", 600},   Abbreviation{"VUT", 660},
    Abbreviation{"W", -600},    Abbreviation{"WAST", 120},   Abbreviation{"WAT", 60},
    Abbreviation{"WDT", 540},   Abbreviation{"WEDT", 60},    Abbreviation{"WEST", 60},
    Abbreviation{"WET", 0},     Abbreviation{"WFT", 720},    Abbreviation{"WGST", -120},
    Abbreviation{"WGT", -180},  Abbreviation{"WIB", 420},    Abbreviation{"WIT", 540},
    Abbreviation{"WITA", 480},  Abbreviation{"WST", 480},    Abbreviation{"X", -660},
    Abbreviation{"Y", -720},    Abbreviation{"YAKST", 600},  Abbreviation{"YAKT", 540},
    Abbreviation{"YAPT", 600},  Abbreviation{"YEKST", 360},  Abbreviation{"YEKT", 300},
    Abbreviation{"Z", 0}};

constexpr std::size_t longest_abbreviation = 5;

/// The name at the start of `text`: one capital letter, or three to five.
std::size_t abbreviation_length(std::string_view text) {
  std::size_t letters = 0;
  while (letters < text.size() && letters < longest_abbreviation && text[letters] >= 'A' &&
         text[letters] <= 'Z') {
    ++letters;
  }
  return letters == 2 ? 1 : letters;
}

/// "+02", "+0200" or "+02:00" in minutes; nullopt = none of these.
std::optional<int> read_offset(std::string_view text) {
  if (text.empty() || (text.front() != '+' && text.front() != '-')) {
    return std::nullopt;
  }
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  if (text.empty() || (text.front() != '0' && text.front() != '1')) {
    return std::nullopt;
  }
  const int tens = text.front() - '0';
  text.remove_prefix(1);
  const auto ones = take_digit(text);
  if (!ones) {
    return std::nullopt;
  }
  const int hours = tens * 10 + *ones;
  if (text.empty()) {
    return sign * hours * 60;
  }
  if (text.front() == ':') {
    text.remove_prefix(1);
  }
  const auto minute_tens = take_digit(text);
  const auto minute_ones = take_digit(text);
  if (!minute_tens || !minute_ones || !text.empty()) {
    return std::nullopt;
  }
  return sign * (hours * 60 + *minute_tens * 10 + *minute_ones);
}

}  // namespace

NamedOffset read_zone_name(std::string_view text) {
  const auto length = abbreviation_length(text);
  const auto name = text.substr(0, length);
  const auto rest = text.substr(length);
  const auto offset = rest.empty() ? std::optional(0) : read_offset(rest);
  if (!offset) {
    return {0, ZoneNameProblem::malformed};
  }
  if (name.empty()) {
    return {*offset};
  }
  const auto* row = std::ranges::lower_bound(abbreviations, name, {}, &Abbreviation::name);
  if (row == abbreviations.end() || row->name != name) {
    return {0, ZoneNameProblem::unknown};
  }
  return {row->minutes + *offset};
}

}  // namespace spranga::guard
