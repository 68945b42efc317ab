#include "guard/judge/ignore_list.h"

#include <algorithm>

#include "text/ascii.h"

namespace spranga::guard {

namespace {

constexpr std::string_view file_scheme = "file:";

/// file:/a, file:///a and file:a.
std::string path_of(std::string_view entry) {
  entry.remove_prefix(file_scheme.size());
  while (entry.starts_with("//")) {
    entry.remove_prefix(1);
  }
  return std::string(entry);
}

}  // namespace

IgnoreList IgnoreList::make(const std::vector<std::string>& entries) {
  IgnoreList out;
  for (const auto& entry : entries) {
    if (entry.empty()) {
      continue;
    }
    if (text::starts_with_ignoring_case(entry, file_scheme)) {
      out.files_.push_back(path_of(entry));
    } else if (const auto network = Network::parse(entry)) {
      out.add(*network);
    } else {
      out.names_.push_back(entry);  // as fail2ban: a word that is nobody's name ignores nobody
    }
  }
  return out;
}

void IgnoreList::add(Network network) {
  if (network.is_single()) {
    singles_.insert(network.to_string());
  }
  networks_.push_back(network);
}

IgnoreList IgnoreList::with_files_read(const FilePort& files) const {
  auto out = *this;
  out.files_.clear();
  for (const auto& path : files_) {
    if (const auto text = files ? files(path) : Result<std::string>(fail(Errc::not_found, path))) {
      std::ranges::for_each(parse_ignore_file(*text), [&out](const auto& one) { out.add(one); });
    }
  }
  return out;
}

bool IgnoreList::lists(const std::string& id, const std::optional<net::Address>& address) const {
  return address && (singles_.contains(id) || std::ranges::any_of(networks_, [&](const auto& each) {
                       return each.contains(*address);
                     }));
}

IgnoreList::Why IgnoreList::ask(const std::string& id,
                                const std::optional<net::Address>& address,
                                const NamePort& names,
                                const FilePort& files) const {
  const auto holds = [&](const Network& network) { return network.contains(*address); };
  for (const auto& path : files_) {
    const auto text = files ? files(path) : Result<std::string>(fail(Errc::not_found, path));
    if (address && text && std::ranges::any_of(parse_ignore_file(*text), holds)) {
      return Why::address;
    }
  }
  for (const auto& name : names_) {
    if (text::equal_ignoring_case(name, id)) {  // a host that was not resolved either
      return Why::name;
    }
    if (address && names && std::ranges::count(names(name), *address) > 0) {
      return Why::name;
    }
  }
  return Why::no;
}

bool IgnoreList::overlaps(const Network& network, const FilePort& files) const {
  const auto meets = [&](const Network& other) { return network.overlaps(other); };
  if (std::ranges::any_of(networks_, meets)) {
    return true;
  }
  return std::ranges::any_of(files_, [&](const std::string& path) {
    const auto text = files ? files(path) : Result<std::string>(fail(Errc::not_found, path));
    return text && std::ranges::any_of(parse_ignore_file(*text), meets);
  });
}

std::vector<Network> parse_ignore_file(std::string_view text) {
  std::vector<Network> out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = std::string(text.substr(0, text.substr(0, end).find_first_of("#;")));
    text.remove_prefix(std::min(end + 1, text.size()));
    std::ranges::replace(line, ',', ' ');
    for (const auto word : text::split_words(line)) {
      if (const auto network = Network::parse(word)) {
        out.push_back(*network);
      }
    }
  }
  return out;
}

}  // namespace spranga::guard
