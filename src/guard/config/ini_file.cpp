#include "guard/config/ini_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "guard/config/python_text.h"
#include "text/escape.h"

namespace spranga::guard::config {

namespace {

constexpr std::string_view default_section = "DEFAULT";

/// A line without its comment, or nothing where it is one as a whole.
struct Content {
  std::string_view value;
  bool had_comment{false};
};

bool space_before(std::string_view line, std::size_t at) {
  return rstrip(line.substr(0, at)).size() < at;
}

Content content_of(std::string_view line) {
  const auto stripped = strip(line);
  if (stripped.starts_with('#') || stripped.starts_with(';')) {
    return {{}, true};
  }
  for (auto at = line.find(';'); at != std::string_view::npos; at = line.find(';', at + 1)) {
    if (at == 0 || space_before(line, at)) {
      return {strip(line.substr(0, at)), true};
    }
  }
  return {stripped, false};
}

class IniReader {
public:
  explicit IniReader(const std::string& path) {
    file_.path = std::make_shared<const std::string>(path);
  }

  void line(std::string_view line) {
    ++number_;
    const auto content = content_of(line);
    if (content.value.empty()) {
      if (!content.had_comment && option_) {
        open_.append("\n", here());
      }
      return;
    }
    const auto indent = length(line.substr(0, blanks_at(line, 0)));
    if (option_ && indent > indent_) {
      open_.append("\n", here());
      open_.append(content.value, here());
      return;
    }
    indent_ = indent;
    const auto end = content.value.rfind(']');
    if (content.value.front() == '[' && end != std::string_view::npos && end > 1) {
      section(std::string(content.value.substr(1, end - 1)));
    } else if (current_ == nullptr) {
      fault(IniFault::Kind::no_section_yet, line);
    } else {
      assignment(content.value, line);
    }
  }

  void undecodable() {
    ++number_;
    fault(IniFault::Kind::not_utf8, "");
  }

  IniFile finish() {
    store();
    return std::move(file_);
  }

private:
  [[nodiscard]] Place here() const { return {file_.path, number_}; }

  void fault(IniFault::Kind kind, std::string_view line) {
    file_.faults.push_back({kind, section_, option_.value_or(""), number_, std::string(line)});
  }

  /// The option that lines were being added to is complete.
  void store() {
    if (option_) {
      open_.truncate(rstrip(open_.text()).size());
      current_->set(*option_, {Value::Kind::text, std::move(open_), open_place_, nullptr});
    }
    open_ = Traced();
    option_.reset();
  }

  void section(std::string name) {
    store();
    section_ = std::move(name);
    if (section_ == default_section) {
      current_ = &file_.defaults;
      return;
    }
    if (!file_.section_lines.emplace(section_, number_).second) {
      fault(IniFault::Kind::duplicate_section, "");
    } else {
      file_.sections.set(section_, {});
    }
    current_ = file_.sections.find(section_);
  }

  void assignment(std::string_view value, std::string_view line) {
    const auto delimiter = value.find_first_of("=:");
    if (delimiter == std::string_view::npos) {
      fault(IniFault::Kind::no_option, line);
      return;  // lines further in still belong to the option before
    }
    store();
    const auto name = lower(rstrip(value.substr(0, delimiter)));
    if (name.empty()) {
      fault(IniFault::Kind::no_option, line);
    }
    option_ = name;
    if (!seen_.emplace(section_, name).second) {
      fault(IniFault::Kind::duplicate_option, "");
    }
    open_place_ = here();
    open_ = Traced(strip(value.substr(delimiter + 1)), open_place_);
    if (name.empty()) {
      store();  // nothing can be added to what has no name
    }
  }

  IniFile file_;
  int number_{0};
  std::string section_;
  Section* current_{nullptr};
  std::optional<std::string> option_;
  Traced open_;
  Place open_place_;
  std::size_t indent_{0};
  std::set<std::pair<std::string, std::string>> seen_;
};

/// Python decodes a file in blocks of so many bytes, before it looks at the lines in them.
constexpr std::size_t decoded_block = 8192;

/// What Python has decoded when it meets a byte that is no UTF-8.
std::string_view decodable(std::string_view bytes) {
  const auto invalid = find_invalid(bytes);
  return invalid == std::string_view::npos
             ? bytes
             : bytes.substr(0, invalid / decoded_block * decoded_block);
}

}  // namespace

IniFile parse_ini(std::string_view bytes, const std::string& path) {
  IniReader reader(path);
  const auto text = decodable(bytes);
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find_first_of("\r\n", at);
    if (end == std::string_view::npos) {
      if (text.size() == bytes.size()) {
        reader.line(text.substr(at));
      }
      break;
    }
    line.assign(text.substr(at, end - at)).append("\n");
    reader.line(line);
    at = end + (text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n' ? 2 : 1);
  }
  if (text.size() != bytes.size()) {
    reader.undecodable();
  }
  return reader.finish();
}

const IniFault* fatal_fault(const IniFile& file) {
  const auto at_once = std::ranges::find_if(
      file.faults, [](const IniFault& f) { return f.kind != IniFault::Kind::no_option; });
  if (at_once != file.faults.end()) {
    return &*at_once;
  }
  return file.faults.empty() ? nullptr : &file.faults.front();
}

std::string python_message(const IniFile& file) {
  const auto* const fault = fatal_fault(file);
  if (fault == nullptr) {
    return "";
  }
  const auto path = repr(*file.path);
  switch (fault->kind) {
    case IniFault::Kind::duplicate_section:
      return fmt::format("While reading from {} [line {:2}]: section {} already exists",
                         path,
                         fault->line,
                         repr(fault->section));
    case IniFault::Kind::duplicate_option:
      return fmt::format(
          "While reading from {} [line {:2}]: option {} in section {} already exists",
          path,
          fault->line,
          repr(fault->option),
          repr(fault->section));
    case IniFault::Kind::no_section_yet:
      return fmt::format("File contains no section headers.\nfile: {}, line: {}\n{}",
                         path,
                         fault->line,
                         repr(fault->text));
    case IniFault::Kind::not_utf8:
      return "the file is not UTF-8";
    case IniFault::Kind::no_option:
      break;
  }
  auto message = "Source contains parsing errors: " + path;
  for (const auto& each : file.faults) {
    message += fmt::format("\n\t[line {:2}]: {}", each.line, repr(each.text));
  }
  return message;
}

std::string explain(const IniFault& fault) {
  switch (fault.kind) {
    case IniFault::Kind::duplicate_section:
      return "the section [" + text::escape(fault.section) + "] stands twice in this file";
    case IniFault::Kind::duplicate_option:
      return "the option " + text::escape(fault.option) + " stands twice in [" +
             text::escape(fault.section) + "] of this file";
    case IniFault::Kind::no_section_yet:
      if (fault.text.starts_with("\xEF\xBB\xBF")) {
        return "the file begins with a byte order mark (U+FEFF), which fail2ban takes for text; "
               "save it as UTF-8 without one";
      }
      return "this stands before the first [section]";
    case IniFault::Kind::not_utf8:
      return "this file is not UTF-8 and is left out, as fail2ban does";
    case IniFault::Kind::no_option:
      break;
  }
  return "this is neither a [section] nor \"name = value\"; a continuation is indented deeper";
}

}  // namespace spranga::guard::config
