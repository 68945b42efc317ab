// The text of a state file → BanState. ban_state_writer.cpp is the way back.
#include "check/ban_state.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <nlohmann/json.hpp>

#include "check/ban_state_keys.h"
#include "check/json_reader.h"
#include "words/phrase.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Finding;
using finding::Product;
using finding::RemedyId;
using finding::Status;
using words::Phrase;
using words::Word;
using Json = JsonReader::Json;
using Reader = JsonReader;

int number_item(const Json& item, Reader& reader, int lowest, int highest) {
  const bool whole = item.is_number_integer();
  const auto value = whole ? item.get<std::int64_t>() : std::int64_t{lowest} - 1;
  if (value < lowest || value > highest) {
    reader.fail_at("", Word::state_wrong);
    return lowest;
  }
  return static_cast<int>(value);
}

std::string text_item(const Json& item, Reader& reader) {
  if (!item.is_string()) {
    reader.fail_at("", Word::state_wrong);
    return "";
  }
  return item.get<std::string>();
}

Word word_of(Reader& reader, const std::string& key) {
  std::string name;
  reader.take(key, name);
  for (std::size_t i = 0; i < words::word_count(); ++i) {
    if (words::name_of(Word(i)) == name) {
      return Word(i);
    }
  }
  reader.fail_at(key, Word::state_wrong);
  return Word::none;
}

Phrase take_phrase(Reader& reader) {
  Phrase out;
  out.word = word_of(reader, "word");
  reader.list("values", out.values, text_item);
  return out;
}

std::optional<RemedyId> take_remedy(Reader& reader) {
  std::string name;
  reader.take("remedy", name);
  if (name.empty()) {
    return std::nullopt;
  }
  for (int i = 0; i <= static_cast<int>(RemedyId::allow_mistakes); ++i) {
    if (words::name_of(finding::remedy(RemedyId(i)).what) == name) {
      return RemedyId(i);
    }
  }
  reader.fail_at("remedy", Word::state_wrong);
  return std::nullopt;
}

Finding take_finding(const Json& /*item*/, Reader& reader) {
  Finding out;
  std::string id;
  reader.take("id", id);
  const auto* check = finding::find_check(id);
  if (check == nullptr) {
    reader.fail_at("id", Word::state_wrong);
    return out;
  }
  out.id = check->id;
  out.status = Status(reader.choice("status", status_keys));
  out.confidence = Confidence(reader.choice("confidence", confidence_keys));
  std::string address;
  int port = 0;
  reader.take("address", address);
  reader.take("port", port, 0, 65535);
  out.where.address = address.empty() ? std::nullopt : std::optional(address);
  out.where.port = port == 0 ? std::nullopt : std::optional(port);
  reader.take("tls", out.where.tls);
  reader.object("summary", [&](Reader& inner) { out.summary = take_phrase(inner); });
  reader.list("also", out.also, [](const Json&, Reader& inner) { return take_phrase(inner); });
  out.remedy = take_remedy(reader);
  return out;
}

finding::TestedHost take_host(const Json& /*item*/, Reader& reader) {
  finding::TestedHost out;
  reader.take("name", out.name);
  reader.take("address", out.address);
  out.role = {word_of(reader, "role"), {}};
  std::string product;
  reader.take("product", product);
  for (int i = 0; i <= static_cast<int>(Product::other); ++i) {
    if (!product.empty() && finding::product_name(Product(i)) == product) {
      out.product = Product(i);
    }
  }
  reader.list("ports", out.open_ports, [](const Json& item, Reader& inner) {
    return number_item(item, inner, 1, 65535);
  });
  return out;
}

constexpr std::int64_t longest_ms = 400LL * 24 * 3600 * 1000;
constexpr std::int64_t far_future_ms = 32'503'680'000'000;  // the year 3000

finding::Guess take_guess(const Json& /*item*/, Reader& reader) {
  finding::Guess out;
  std::int64_t at = 0;
  std::int64_t delay = 0;
  reader.take("at_ms", at, 0, longest_ms);
  reader.take("delay_ms", delay, 0, longest_ms);
  reader.take("reply", out.reply);
  out.at = Milliseconds(at);
  out.reply_delay = Milliseconds(delay);
  return out;
}

knock::Look take_look(const Json& /*item*/, Reader& reader) {
  knock::Look out;
  std::int64_t after = 0;
  reader.take("after_ms", after, 0, longest_ms);
  reader.take("open", out.open);
  out.after = Milliseconds(after);
  return out;
}

void take_door(Reader& reader, BanDoor& door) {
  reader.take("address", door.address);
  reader.take("port", door.port, 1, 65535);
  reader.take("implicit_tls", door.implicit_tls);
  reader.take("tls_name", door.tls_name);
  reader.take("ca_file", door.ca_file);
  reader.take("ehlo_name", door.ehlo_name);
  reader.take("domain", door.domain);
  reader.take("from_here", door.from_here);
  reader.take("second_source", door.second_source);
  reader.take("second_address", door.second_address);
  reader.take("control_port", door.control_port, 0, 65535);
  const auto is_address = [](const std::string& text) {
    return net::Address::parse(text).has_value();
  };
  if (!is_address(door.address)) {
    reader.fail_at("address", Word::state_wrong);
  }
  if (!door.second_source.empty() &&
      (!is_address(door.second_source) || !is_address(door.second_address))) {
    reader.fail_at("second_source", Word::state_wrong);
  }
}

void take_block(Reader& reader, BanState& state) {
  reader.take("attempts", state.attempts, 1, knock::most_guesses);
  reader.take("at_most", state.at_most, state.attempts, 1000);
  std::string kind;
  reader.take("kind", kind);
  const auto known = knock::kind_of_name(kind);
  if (!known) {
    reader.fail_at("kind", Word::state_wrong);
  }
  state.kind = known.value_or(state.kind);
  reader.list("ports", state.ports_shut, [](const Json& item, Reader& inner) {
    return number_item(item, inner, 1, 65535);
  });
  reader.take("first_shut_ms", state.first_shut_ms, 1, far_future_ms);
  reader.take("doubt_ms", state.doubt_ms, 0, longest_ms);
  reader.list("guesses", state.guesses, take_guess);
  reader.list("looks", state.looks, take_look);
  const auto later = [](const knock::Look& a, const knock::Look& b) { return a.after < b.after; };
  if (!std::ranges::is_sorted(state.looks, later)) {
    reader.fail_at("looks", Word::state_wrong);
  }
}

}  // namespace

Result<BanState> state_of_text(std::string_view text, const std::string& file) {
  if (text.size() > largest_state) {
    return fail(Errc::malformed, words::say(Word::state_too_large, {file}));
  }
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception& error) {
    const std::string what = error.what();  // "[json.exception.parse_error.101] parse error at …"
    const auto tag = what.find("] ");
    return fail(Errc::malformed,
                words::say(Word::state_not_json,
                           {file, tag == std::string::npos ? what : what.substr(tag + 2)}));
  }
  BanState state;
  Reader reader(json, file);
  std::string schema;
  reader.take("schema", schema);
  if (!reader.error() && schema != state_schema) {
    return fail(Errc::malformed,
                words::say(Word::state_schema, {file, schema, std::string(state_schema)}));
  }
  auto& report = state.report;
  reader.take("target", report.target);
  reader.take("began_ms", state.began_ms, 1, far_future_ms);
  reader.take("nonce", report.nonce);
  reader.take("source", report.source);
  reader.list("rules", state.rules = {}, [](const Json& item, Reader& inner) {
    return number_item(item, inner, 1, 3);
  });
  reader.list("options", state.typed_options, text_item);
  reader.object("door", [&](Reader& inner) { take_door(inner, state.door); });
  reader.object("block", [&](Reader& inner) { take_block(inner, state); });
  reader.list("noise", report.noise.probes, [](const Json&, Reader& inner) {
    finding::Noise::Probe out;
    std::string id;
    inner.take("id", id);
    inner.take("lines", out.lines, 0, 1000);
    const auto* check = finding::find_check(id);
    if (check == nullptr) {
      inner.fail_at("id", Word::state_wrong);
    } else {
      out.id = check->id;
    }
    return out;
  });
  reader.list("hosts", report.hosts, take_host);
  reader.list("findings", report.findings, take_finding);
  if (reader.error()) {
    return Failure(*reader.error());
  }
  report.connected = true;
  return state;
}

}  // namespace spranga::check
