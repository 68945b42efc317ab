#include "guard/match/decoder.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "text/ascii.h"
#include "text/utf8.h"

namespace spranga::guard {

namespace {

class Utf8Decoder final : public Decoder {
public:
  /// `marked`: a byte order mark at a line's start is no text.
  explicit Utf8Decoder(bool marked) : marked_(marked) {}

  [[nodiscard]] DecodedLine decode(std::string_view raw) override {
    if (marked_ && raw.starts_with("\xEF\xBB\xBF")) {
      raw.remove_prefix(3);
    }
    const auto ascii = text::ascii_prefix(raw);
    if (ascii == raw.size()) {
      return {raw, true, false};
    }
    if (text::is_valid_utf8(raw.substr(ascii))) {
      return {raw, false, false};
    }
    buffer_ = text::to_valid_utf8(raw);
    return {buffer_, false, true};
  }

  [[nodiscard]] bool keeps_ascii() const override { return true; }

private:
  bool marked_;
  std::string buffer_;
};

/// One byte a character: latin-1 as it is, ASCII with U+FFFD for what lies beyond.
class ByteDecoder final : public Decoder {
public:
  explicit ByteDecoder(bool latin1) : latin1_(latin1) {}

  [[nodiscard]] DecodedLine decode(std::string_view raw) override {
    const auto ascii = text::ascii_prefix(raw);
    if (ascii == raw.size()) {
      return {raw, true, false};
    }
    buffer_.assign(raw.substr(0, ascii));
    for (const char c : raw.substr(ascii)) {
      const auto byte = static_cast<unsigned char>(c);
      text::append_utf8(buffer_, byte < 0x80 || latin1_ ? byte : text::replacement_character);
    }
    return {buffer_, false, !latin1_};
  }

  [[nodiscard]] bool keeps_ascii() const override { return true; }

private:
  bool latin1_;
  std::string buffer_;
};

/// UTF-16 and UTF-32 in both byte orders.
class WideDecoder final : public Decoder {
public:
  WideDecoder(std::size_t unit, bool big, bool marked) : unit_(unit), big_(big), marked_(marked) {
    newline_.assign(unit, '\0');
    newline_[big ? unit - 1 : 0] = '\n';
  }

  [[nodiscard]] DecodedLine decode(std::string_view raw) override {
    buffer_.clear();
    bool replaced = false;
    bool big = big_;
    if (marked_ && raw.size() >= unit_ &&
        (value(raw, false) == 0xFEFF || value(raw, true) == 0xFEFF)) {
      big = value(raw, true) == 0xFEFF;
      raw.remove_prefix(unit_);
    }
    raw = big ? aligned(raw) : raw;
    while (!raw.empty()) {
      const auto c = take(raw, big);
      replaced = replaced || c == text::replacement_character;
      text::append_utf8(buffer_, c);
    }
    return {buffer_, text::ascii_prefix(buffer_) == buffer_.size(), replaced};
  }

  [[nodiscard]] std::string_view newline() const override { return newline_; }

private:
  /// With big ends a line break's last byte is LF: who cuts lines there, and drops the NULs before
  /// a line, leaves "a\0" of "\0a\0\n". Back in whole characters, without the line break.
  [[nodiscard]] std::string_view aligned(std::string_view raw) {
    if (raw.empty() || raw.back() == '\n') {
      return raw;
    }
    const auto broken = unit_ - 1;  // of a line break's bytes
    const bool lacks_nuls = raw.front() != '\0';
    if (raw.ends_with(std::string(broken, '\0')) && (lacks_nuls || raw.size() % unit_ == broken)) {
      raw.remove_suffix(broken);
    }
    padded_.assign((unit_ - raw.size() % unit_) % unit_, '\0');
    padded_ += raw;
    return padded_;
  }

  [[nodiscard]] char32_t value(std::string_view raw, bool big) const {
    char32_t out = 0;
    for (std::size_t i = 0; i < unit_; ++i) {
      out = (out << 8) | static_cast<unsigned char>(raw[big ? i : unit_ - 1 - i]);
    }
    return out;
  }

  [[nodiscard]] char32_t take(std::string_view& raw, bool big) const {
    if (raw.size() < unit_) {
      raw = {};
      return text::replacement_character;
    }
    auto c = value(raw, big);
    raw.remove_prefix(unit_);
    if (unit_ == 2 && c >= 0xD800 && c < 0xDC00 && raw.size() >= 2) {
      const auto low = value(raw, big);
      if (low >= 0xDC00 && low < 0xE000) {
        raw.remove_prefix(2);
        return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      }
    }
    return c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) ? text::replacement_character : c;
  }

  std::size_t unit_;
  bool big_;
  bool marked_;  // a byte order mark decides
  std::string newline_;
  std::string padded_;
  std::string buffer_;
};

/// Characters that iconv and Python read out of the same byte.
struct Change {
  std::string_view iconvs;
  std::string_view pythons;
};

struct RepairRow {
  std::string_view name;
  std::array<Change, 2> changes;
};

constexpr std::array repair_rows = {
    RepairRow{"macroman", {Change{"\u0394", "\u2206"}, Change{"\uE01E", "\uF8FF"}}},
    RepairRow{"macintosh", {Change{"\u0394", "\u2206"}, Change{"\uE01E", "\uF8FF"}}},
    RepairRow{"maccyrillic", {Change{"\u00A4", "\u20AC"}, {}}},
    RepairRow{"shiftjis", {Change{"\u00A5", "\\"}, Change{"\u203E", "~"}}},
    RepairRow{"sjis", {Change{"\u00A5", "\\"}, Change{"\u203E", "~"}}},
    RepairRow{"johab", {Change{"\u20A9", "\\"}, {}}},
};

/// Python's names that iconv does not know.
struct AliasRow {
  std::string_view name;
  const char* iconvs;
};

constexpr std::array alias_rows = {AliasRow{"macroman", "MACINTOSH"},
                                   AliasRow{"ptcp154", "PT154"},
                                   AliasRow{"kz1048", "RK1048"},
                                   AliasRow{"iso2022jp3", "ISO-2022-JP-3"}};

class IconvDecoder final : public Decoder {
public:
  /// `repair` may be null; it outlives the decoder.
  IconvDecoder(iconv_t converter, const RepairRow* repair)
      : converter_(converter), repair_(repair) {}

  IconvDecoder(const IconvDecoder&) = delete;
  IconvDecoder& operator=(const IconvDecoder&) = delete;
  IconvDecoder(IconvDecoder&&) = delete;
  IconvDecoder& operator=(IconvDecoder&&) = delete;

  ~IconvDecoder() override { ::iconv_close(converter_); }

  [[nodiscard]] DecodedLine decode(std::string_view raw) override {
    buffer_.clear();
    bool replaced = false;
    ::iconv(converter_, nullptr, nullptr, nullptr, nullptr);
    input_.assign(raw);
    char* in = input_.data();
    std::size_t left = input_.size();
    while (left > 0) {
      std::array<char, 4096> chunk{};
      char* out = chunk.data();
      std::size_t room = chunk.size();
      const auto done = ::iconv(converter_, &in, &left, &out, &room);
      const int why = done == static_cast<std::size_t>(-1) ? errno : 0;
      buffer_.append(chunk.data(), chunk.size() - room);
      if (why == EILSEQ || why == EINVAL) {
        text::append_utf8(buffer_, text::replacement_character);
        replaced = true;
        ++in;
        --left;
      }
    }
    if (repair_ != nullptr) {
      repair();
    }
    return {buffer_, text::is_ascii(buffer_), replaced};
  }

private:
  void repair() {
    for (const auto& change : repair_->changes) {
      for (auto at = buffer_.find(change.iconvs); !change.iconvs.empty() && at != buffer_.npos;
           at = buffer_.find(change.iconvs, at + change.pythons.size())) {
        buffer_.replace(at, change.iconvs.size(), change.pythons);
      }
    }
  }

  iconv_t converter_;
  const RepairRow* repair_;
  std::string input_;
  std::string buffer_;
};

struct WideRow {
  std::string_view name;
  std::size_t unit;
  bool big;
  bool marked;
};

constexpr std::array wide_rows = {
    WideRow{"utf16", 2, false, true},
    WideRow{"utf16le", 2, false, false},
    WideRow{"utf16be", 2, true, false},
    WideRow{"utf32", 4, false, true},
    WideRow{"utf32le", 4, false, false},
    WideRow{"utf32be", 4, true, false},
};

constexpr std::string_view marked_utf8_name = "utf8sig";
constexpr std::array<std::string_view, 6> utf8_names = {"auto", "utf8", "u8", "utf", "cp65001", ""};
constexpr std::array<std::string_view, 9> latin1_names = {
    "latin1", "latin", "l1", "iso88591", "8859", "cp819", "iso885911987", "isoir100", "ibm819"};
constexpr std::array<std::string_view, 8> ascii_names = {
    "ascii", "646", "usascii", "us", "ansix3.41968", "iso646us", "cp367", "ansix341968"};

bool is_one_of(std::string_view name, auto&& names) {
  return std::ranges::find(names, name) != names.end();
}

/// Python takes names in any case, with blanks, hyphens and underscores alike.
std::string plain_name(std::string_view name) {
  auto plain = text::to_lower(name);
  std::erase_if(plain, [](char c) { return c == '-' || c == '_' || c == ' '; });
  return plain;
}

iconv_t open_iconv(std::string_view encoding) {
  auto name = text::to_upper(encoding);
  std::ranges::replace(name, '_', '-');
  const bool safe = !name.empty() && name.size() <= 32 && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
  });
  const auto none = reinterpret_cast<iconv_t>(-1);  // NOLINT: what iconv_open says
  const auto* alias = std::ranges::find(alias_rows, plain_name(encoding), &AliasRow::name);
  if (alias != alias_rows.end()) {
    return ::iconv_open("UTF-8", alias->iconvs);
  }
  if (!safe) {
    return none;
  }
  const auto converter = ::iconv_open("UTF-8", name.c_str());
  if (converter != none) {
    return converter;
  }
  std::erase(name, '-');
  return ::iconv_open("UTF-8", name.c_str());
}

}  // namespace

Result<std::unique_ptr<Decoder>> Decoder::make(std::string_view encoding) {
  const auto name = plain_name(encoding);
  if (is_one_of(name, utf8_names) || name == marked_utf8_name) {
    return std::make_unique<Utf8Decoder>(name == marked_utf8_name);
  }
  if (is_one_of(name, latin1_names) || is_one_of(name, ascii_names)) {
    return std::make_unique<ByteDecoder>(is_one_of(name, latin1_names));
  }
  const auto* wide = std::ranges::find(wide_rows, name, &WideRow::name);
  if (wide != wide_rows.end()) {
    return std::make_unique<WideDecoder>(wide->unit, wide->big, wide->marked);
  }
  const auto converter = open_iconv(encoding);
  if (converter == reinterpret_cast<iconv_t>(-1)) {  // NOLINT: what iconv_open says
    return fail(Errc::not_found, "unknown encoding: " + std::string(encoding));
  }
  const auto* repair = std::ranges::find(repair_rows, name, &RepairRow::name);
  return std::make_unique<IconvDecoder>(converter, repair == repair_rows.end() ? nullptr : repair);
}

std::size_t end_of_line(std::string_view bytes, std::string_view newline) {
  auto at = bytes.find(newline);
  while (at != std::string_view::npos && at % newline.size() != 0) {
    at = bytes.find(newline, at + 1);
  }
  return at == std::string_view::npos ? at : at + newline.size();
}

}  // namespace spranga::guard
