// After the block: is it one, what does it cover, and who still gets in?
#include <algorithm>
#include <iterator>

#include "check/probes/guessing_run.h"

namespace spranga::check {

using finding::Finding;
using finding::Status;
using words::Phrase;
using words::Word;

/// G3's further sentences: is it the address or the account that is shut out?
void BanTest::tell_account(Finding& scope) {
  const auto made = static_cast<int>(course_.guesses.size());
  if (!ways_->second || made >= knock::most_guesses) {
    return;
  }
  const auto other = second_site_of(state_.door, report_.nonce);
  const auto answer = knock::guess(
      other, *ways_->second, knock::invented_user(other, made + 1), knock::random_password());
  const bool judged = answer.outcome == knock::Outcome::judged;
  scope.also.push_back({judged ? Word::g3_by_address : Word::g3_not_by_address,
                        {second_name(state_.door), answer.reply}});
}

void BanTest::tell_other_family(const std::vector<GuessableHost>& hosts) {
  for (const auto& other : hosts) {
    if (other.host != host_.host || other.address.family() == host_.address.family() ||
        std::ranges::count(other.login_ports, state_.door.port) == 0) {
      continue;
    }
    auto site = site_;
    site.address = other.address;
    const bool open = knock::look_at(site, ways_->near, site.port).open;
    report_.findings.back().also.push_back(
        {open ? Word::g3_other_family_open : Word::g3_other_family_shut,
         {other.address.to_string()}});
    return;
  }
}

/// Another address of ours in the same /64, where the block is on an IPv6 address.
void BanTest::tell_neighbour() {
  const auto source = net::Address::parse(report_.source);
  if (!source || source->family() != net::Family::ipv6 || !world_.dial_from) {
    return;
  }
  constexpr std::size_t prefix_bytes = 8;
  for (const auto& own : net::own_addresses()) {
    const bool neighbour =
        own.family() == net::Family::ipv6 && own != *source &&
        own.bytes().substr(0, prefix_bytes) == source->bytes().substr(0, prefix_bytes);
    if (!neighbour) {
      continue;
    }
    const auto dialer = world_.dial_from(own);
    const bool open = knock::look_at(site_, way(*dialer, false), site_.port).open;
    report_.findings.back().also.push_back(
        {open ? Word::g3_neighbour_open : Word::g3_neighbour_shut, {own.to_string()}});
    return;
  }
}

void BanTest::tell_scope(const knock::Block& block) {
  auto ports = seen_.open_before;
  if (seen_.control_port != 0 && std::ranges::count(ports, seen_.control_port) == 0) {
    ports.push_back(seen_.control_port);
  }
  const bool mailbox_control = std::ranges::count(seen_.open_before, seen_.control_port) > 0;
  auto shut = knock::shut_among(site_, ways_->near, seen_.open_before, block.kind);
  if (!mailbox_control && seen_.control_port != 0 && !seen_.control_open) {
    shut.push_back(seen_.control_port);
  }
  std::ranges::sort(shut);
  state_.ports_shut = shut;
  std::vector<int> open;
  std::ranges::copy_if(ports, std::back_inserter(open), [&](int port) {
    return std::ranges::count(shut, port) == 0;
  });
  std::ranges::sort(open);
  auto& scope = add("G3",
                    Status::info,
                    open.empty() ? Phrase{Word::g3_scope_all, {port_list(shut)}}
                                 : Phrase{Word::g3_scope, {port_list(shut), port_list(open)}});
  tell_account(scope);
  tell_other_family(*hosts_);
  tell_neighbour();
}

void BanTest::tell_block() {
  const auto& block = *course_.block;
  say({Word::step_block, {std::to_string(state_.door.port)}});
  if (ways_->second) {
    const auto other = second_site_of(state_.door, report_.nonce);
    seen_.second = knock::look_at(other, *ways_->second, other.port);
  }
  if (seen_.control_port != 0) {
    seen_.control_open = knock::touch(site_, ways_->near, seen_.control_port).open;
  }
  const auto proof = knock::proof_of(block.kind, seen_);
  if (proof == knock::Proof::outage || proof == knock::Proof::dark) {
    report_.findings.push_back(outage_finding(block, proof, state_.door, seen_));
    return;
  }
  fill_state(block);
  report_.findings.push_back(block_finding(state_, block, proof, lines_before(report_)));
  auto& found = report_.findings.back();
  const auto from = report_.dialogues.size() - std::min<std::size_t>(report_.dialogues.size(), 3);
  for (auto i = from; i < report_.dialogues.size(); ++i) {
    const auto& lines = report_.dialogues[i].lines;
    found.evidence.insert(found.evidence.end(), lines.begin(), lines.end());
  }
  tell_scope(block);
}

}  // namespace spranga::check
