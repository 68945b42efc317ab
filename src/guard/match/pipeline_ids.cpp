// Whom a match blames: the id, from the fields that were caught.
#include <utility>

#include "guard/match/pipeline.h"
#include "guard/match/source_id.h"

namespace spranga::guard {

namespace {

/// What the filter's own id group caught, as an id.
std::string own_id(const FieldContent& fid, bool raw) {
  if (const auto* text = std::get_if<std::string>(&fid)) {
    return canonical_id(*text, raw ? IdKind::raw : IdKind::guess);
  }
  const auto* tuple = std::get_if<std::vector<TuplePart>>(&fid);
  return tuple == nullptr ? "" : tuple_id(*tuple);
}

}  // namespace

Pipeline::Ids Pipeline::identify(Failure& failure, bool of_session) const {
  const bool raw_names = settings_.usedns == ban::UseDns::raw || settings_.raw_hosts;
  const auto* fid = failure.find("fid");
  const bool has_fid = fid != nullptr && is_set(*fid);
  const auto* ip = failure.text("ip4");
  auto kind = IdKind::ipv4;
  if (ip == nullptr) {
    ip = failure.text("ip6");
    kind = IdKind::ipv6;
  }
  std::optional<int> prefix;
  if (ip != nullptr) {
    const auto* cidr = failure.text("cidr");
    prefix = cidr == nullptr ? std::nullopt : prefix_length(*cidr);
  } else if ((ip = failure.text("dns")) != nullptr) {
    if (!raw_names) {
      return resolve(*ip);
    }
    kind = IdKind::raw;
  } else if (has_fid) {
    return {{own_id(*fid, raw_names)}};
  } else {
    return {{std::nullopt}, of_session};
  }
  const auto* fid_text = has_fid ? std::get_if<std::string>(fid) : nullptr;
  auto address = canonical_id(*ip, kind, prefix);
  if (!has_fid || (fid_text != nullptr && *fid_text == *ip)) {
    return {{std::move(address)}};
  }
  auto id = own_id(*fid, raw_names);
  failure.set("ip", std::move(address));
  return {{std::move(id)}};
}

Pipeline::Ids Pipeline::resolve(const std::string& name) const {
  if (auto address = plain_address(name)) {
    return {{std::move(address)}};
  }
  if (settings_.usedns == ban::UseDns::no) {
    return {};
  }
  if (settings_.names_later) {
    return {{name}, true, true};
  }
  Ids out;
  if (settings_.resolve) {
    for (auto& address : settings_.resolve(name)) {
      out.ids.emplace_back(std::move(address));
    }
  }
  return out;
}

void Pipeline::emit(Hit& hit, const Ids& ids, std::vector<Hit>& out) {
  if (ids.ids.empty()) {
    return;
  }
  hit.is_name = ids.is_name;
  for (std::size_t i = 0; i + 1 < ids.ids.size(); ++i) {
    out.push_back(hit);
    out.back().id = ids.ids[i];
  }
  hit.id = ids.ids.back();
  out.push_back(std::move(hit));
}

}  // namespace spranga::guard
