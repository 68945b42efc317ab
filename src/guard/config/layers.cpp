#include "guard/config/layers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/fd.h"
#include "guard/config/interpolation.h"
#include "guard/config/paths.h"
#include "guard/config/python_text.h"

namespace spranga::guard::config {

namespace {

constexpr std::size_t max_file = 16UL * 1024 * 1024;
constexpr std::size_t max_files = 10'000;  // read for one name, includes counted each time
constexpr std::size_t max_nesting = 200;   // of includes

/// Nothing where it cannot be read: no file, no right to, a folder, a pipe, or too large.
std::optional<std::string> read_all(const std::string& path) {
  const Fd in(path.find('\0') == std::string::npos
                  ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
                  : -1);

  struct stat status {};

  if (!in || ::fstat(in.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  std::string out;
  std::array<char, 64UL * 1024> block{};
  for (;;) {
    const auto got = ::read(in.get(), block.data(), block.size());
    if (got == 0) {
      return out;
    }
    if ((got < 0 && errno != EINTR) || out.size() > max_file) {
      return std::nullopt;
    }
    out.append(block.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  }
}

/// "Init?family=inet6" → "Init" and "?family=inet6"; the second is empty for an ordinary section.
std::pair<std::string, std::string> split_condition(const std::string& name) {
  std::size_t at = 0;
  while (at < name.size() && is_word(rune_at(name, at).value)) {
    at += rune_at(name, at).size;
  }
  const bool conditional = at > 0 && at + 1 < name.size() && name[at] == '?';
  return conditional ? std::pair(name.substr(0, at), name.substr(at))
                     : std::pair(name, std::string());
}

void overwrite(Section& section, const std::string& option, const Value& value) {
  auto now = value;
  const auto* before = section.find(option);
  if (before != nullptr) {
    now.overrode = before->written == value.written ? before->overrode
                                                    : std::make_shared<const Value>(*before);
  }
  section.set(option, std::move(now));
}

/// What is about to be overwritten stays readable under another name.
void keep_known(Ini& ini, const std::string& section, const Section& options) {
  const auto name = "KNOWN/" + section;
  auto* known = ini.sections.find(name);
  if (known == nullptr) {
    known = &ini.sections.set(name, {});
  }
  for (const auto& [option, value] : options) {
    known->set(option, value);
  }
}

/// Every file with its .local directly behind it, where that is there and not listed anyway.
std::vector<std::string> with_locals(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const auto& path : paths) {
    out.push_back(path);
    auto local = without_extension(path) + ".local";
    if (std::ranges::find(paths, local) == paths.end() && is_file(local)) {
      out.push_back(std::move(local));
    }
  }
  return out;
}

std::string key_of(const std::vector<std::string>& paths) {
  std::string out;
  for (const auto& path : paths) {
    out += (out.empty() ? "" : "\x01") + path;
  }
  return out;
}

std::vector<std::string> sorted_glob(const std::string& pattern) {
  auto out = glob(pattern);
  std::ranges::sort(out);
  return out;
}

/// Lines of [INCLUDES] before or after.
Result<std::vector<Traced>> included_names(const IniFile& file,
                                           const std::string& option,
                                           Problems& problems) {
  const std::string section = "INCLUDES";
  const auto* options = file.sections.find(section);
  if (options == nullptr) {
    return std::vector<Traced>();
  }
  Ini ini;
  ini.defaults = file.defaults;
  ini.sections.set(section, *options);
  SPRANGA_TRY(const auto names, get({ini, section, nullptr}, option, problems));
  return names ? names->text.lines() : std::vector<Traced>();
}

}  // namespace

Layers::Layers(std::string folder, Problems& problems, bool lenient)
    : folder_(std::move(folder)), problems_(problems), lenient_(lenient) {
  while (folder_.ends_with('/')) {
    folder_.pop_back();
  }
}

Result<std::shared_ptr<Ini>> Layers::unit(const std::string& name) {
  if (const auto known = units_.find(name); known != units_.end()) {
    return known->second;
  }
  if (!exists(folder_)) {
    return problems_.refuse({},
                            "there is no folder " + folder_,
                            "Base configuration directory " + folder_ + " does not exist ");
  }
  lenient_now_ = lenient_ && name.find('/') == std::string::npos;
  const auto base = join(folder_, name.starts_with("./") ? absolute(name) : name);
  Paths paths{base + ".conf"};
  for (auto& path : sorted_glob(base + ".d/*.conf")) {
    paths.push_back(std::move(path));
  }
  paths.push_back(base + ".local");
  for (auto& path : sorted_glob(base + ".d/*.local")) {
    paths.push_back(std::move(path));
  }
  std::erase_if(paths, [](const std::string& path) { return !exists(path); });
  auto ini = std::make_shared<Ini>();
  ini->name = name;
  if (!paths.empty()) {
    SPRANGA_TRY(const auto all, with_includes(paths, {}));
    SPRANGA_CHECK(read(*ini, all));
    ini->found = !ini->files.empty();
  }
  units_[name] = ini;
  return ini;
}

Result<std::shared_ptr<Ini>> Layers::file(const std::string& path) {
  lenient_now_ = false;
  auto ini = std::make_shared<Ini>();
  ini->name = path;
  SPRANGA_TRY(const auto all, with_includes({path}, {}));
  SPRANGA_CHECK(read(*ini, all));
  ini->found = !ini->files.empty();
  return ini;
}

Result<const Layers::Opened*> Layers::open(const std::string& path) {
  if (const auto known = files_.find(path); known != files_.end()) {
    return &known->second;
  }
  Opened opened;
  if (const auto bytes = read_all(path)) {
    opened.content = parse_ini(*bytes, path);
    SPRANGA_CHECK(judge(opened));
    const auto* fault = fatal_fault(opened.content);
    opened.readable = fault == nullptr || fault->kind != IniFault::Kind::not_utf8;
  } else if (exists(path) && !is_folder(path)) {
    problems_.warn({std::make_shared<const std::string>(path), 0},
                   "this file cannot be read, and is left out");
  }
  return &files_.emplace(path, std::move(opened)).first->second;
}

Result<void> Layers::judge(const Opened& opened) {
  const auto& file = opened.content;
  const auto* fatal = fatal_fault(file);
  if (fatal == nullptr) {
    return {};
  }
  for (const auto& fault : file.faults) {
    const Place place{file.path, fault.line};
    if (fault.kind == IniFault::Kind::not_utf8) {
      problems_.warn(place, explain(fault));
    } else if (lenient_now_ || &fault == fatal || fatal->kind == IniFault::Kind::no_option) {
      problems_.note(place, explain(fault));
      faulty_.insert(fault.section);
    }
  }
  if (lenient_now_ || fatal->kind == IniFault::Kind::not_utf8) {
    return {};
  }
  return fail(Errc::malformed, python_message(file));
}

Result<Layers::Paths> Layers::with_includes(const Paths& given, const Paths& seen) {
  const auto paths = with_locals(given);
  const auto key = key_of(paths);
  if (const auto known = included_.find(key); known != included_.end()) {
    return known->second;
  }
  Paths out;
  for (const auto& path : paths) {
    SPRANGA_TRY(const auto more, includes_of(path, seen));
    out.insert(out.end(), more.begin(), more.end());
    if (out.size() > max_files) {
      return problems_.refuse({std::make_shared<const std::string>(path), 0},
                              "its [INCLUDES] lead to more than 10000 files",
                              "too many included files");
    }
  }
  included_[key] = out;
  return out;
}

Result<Layers::Paths> Layers::includes_of(const std::string& path, const Paths& seen) {
  SPRANGA_TRY(const auto* opened, open(path));
  if (!opened->readable) {
    return Paths();
  }
  auto chain = seen;
  chain.push_back(path);
  if (chain.size() > max_nesting) {
    return problems_.refuse({opened->content.path, 0},
                            "its [INCLUDES] are nested more than 200 deep",
                            "maximum recursion depth exceeded");
  }
  Paths out;
  for (const auto* option : {"before", "after"}) {
    SPRANGA_TRY(const auto names, included_names(opened->content, option, problems_));
    for (const auto& name : names) {
      const auto included = join(dirname(path), name.text());
      if (std::ranges::find(seen, included) != seen.end()) {
        continue;
      }
      SPRANGA_TRY(const auto more, with_includes({included}, chain));
      if (more.empty() && !name.empty() && !included.ends_with(".local")) {
        problems_.warn(name.place_at(0), "there is no file " + included + " to include");
      }
      out.insert(out.end(), more.begin(), more.end());
    }
    if (option == std::string_view("before")) {
      out.push_back(path);
    }
  }
  return out;
}

Result<void> Layers::read(Ini& ini, const Paths& paths) {
  for (const auto& path : paths) {
    SPRANGA_TRY(const auto* opened, open(path));
    if (opened->readable) {
      ini.files.push_back(path);
      merge(ini, opened->content);
    }
  }
  return {};
}

void Layers::merge(Ini& ini, const IniFile& file) {
  for (const auto& [option, value] : file.defaults) {
    overwrite(ini.defaults, option, value);
  }
  for (const auto& [whole_name, written] : file.sections) {
    const auto [name, condition] = split_condition(whole_name);
    ini.heads.try_emplace(name, Place{file.path, file.section_lines.find(whole_name)->second});
    Section options;
    for (const auto& [option, value] : written) {
      options.set(option + condition, value);
    }
    if (const auto* section = ini.section(name)) {
      Section known;
      for (const auto& [option, value] : *section) {
        if (options.contains(option)) {
          known.set(option, value);
        }
      }
      keep_known(ini, name, known);
    } else {
      ini.sections.set(name, {});
    }
    for (const auto& [option, value] : options) {
      overwrite(*ini.sections.find(name), option, value);
    }
  }
}

void merge_known(Ini& ini, const std::string& section, const Section& options) {
  constexpr std::string_view prefix = "known/";
  auto& target = *ini.sections.find(section);
  for (const auto& [option, value] : options) {
    if (!option.starts_with(prefix) && option != "__name__") {
      target.set(std::string(prefix) + option, value);
    }
  }
}

}  // namespace spranga::guard::config
