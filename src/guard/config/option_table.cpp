#include "guard/config/option_table.h"

#include <algorithm>
#include <array>

#include "guard/config/python_text.h"

namespace spranga::guard::config {

namespace {

using enum OptionRow::Type;

constexpr std::array early_jail = {
    OptionRow{"enabled", boolean, "False"},
    OptionRow{"backend", text, "auto"},
    OptionRow{"filter", text, ""},
};

constexpr std::array filter = {
    OptionRow{"usedns"},
    OptionRow{"prefregex"},
    OptionRow{"ignoreregex"},
    OptionRow{"failregex"},
    OptionRow{"maxlines", integer},
    OptionRow{"datepattern"},
    OptionRow{"journalmatch"},
};

constexpr std::array jail = {
    OptionRow{"enabled", boolean, "False"},
    OptionRow{"backend", text, "auto"},
    OptionRow{"maxretry", integer},
    OptionRow{"maxmatches", integer},
    OptionRow{"findtime"},
    OptionRow{"bantime"},
    OptionRow{"bantime.increment", boolean},
    OptionRow{"bantime.factor"},
    OptionRow{"bantime.formula"},
    OptionRow{"bantime.multipliers"},
    OptionRow{"bantime.maxtime"},
    OptionRow{"bantime.rndtime"},
    OptionRow{"bantime.overalljails", boolean},
    OptionRow{"ignorecommand"},
    OptionRow{"ignoreself", boolean},
    OptionRow{"ignoreip"},
    OptionRow{"ignorecache"},
    OptionRow{"filter", text, ""},
    OptionRow{"logtimezone"},
    OptionRow{"logencoding"},
    OptionRow{"logpath"},
    OptionRow{"action", text, ""},
    OptionRow{"usedns"},
    OptionRow{"prefregex"},
    OptionRow{"ignoreregex"},
    OptionRow{"failregex"},
    OptionRow{"maxlines", integer},
    OptionRow{"datepattern"},
    OptionRow{"journalmatch"},
};

constexpr std::array action = {
    OptionRow{"actionstart"},
    OptionRow{"actionstart_on_demand", boolean},
    OptionRow{"actionstop"},
    OptionRow{"actionflush"},
    OptionRow{"actionreload"},
    OptionRow{"actioncheck"},
    OptionRow{"actionrepair"},
    OptionRow{"actionrepair_on_unban", boolean},
    OptionRow{"actionban"},
    OptionRow{"actionprolong"},
    OptionRow{"actionreban"},
    OptionRow{"actionunban"},
    OptionRow{"norestored", boolean},
};

constexpr std::array client = {
    OptionRow{"socket", text, "/var/run/fail2ban/fail2ban.sock"},
    OptionRow{"pidfile", text, "/var/run/fail2ban/fail2ban.pid"},
    OptionRow{"loglevel", text, "INFO"},
    OptionRow{"logtarget", text, "/var/log/fail2ban.log"},
    OptionRow{"syslogsocket", text, "auto"},
};

constexpr std::array server = {
    OptionRow{"loglevel", text, "INFO"},
    OptionRow{"logtarget", text, "STDERR"},
    OptionRow{"syslogsocket", text, "auto"},
    OptionRow{"allowipv6", text, "auto"},
    OptionRow{"dbfile", text, "/var/lib/fail2ban/fail2ban.sqlite3"},
    OptionRow{"dbmaxmatches", integer},
    OptionRow{"dbpurgeage", text, "1d"},
};

constexpr std::array thread = {
    OptionRow{"stacksize", integer},
};

constexpr std::array own_jail = {
    OptionRow{"counting"},
    OptionRow{"ipv4_prefix", integer},
    OptionRow{"ipv6_prefix", integer},
    OptionRow{"skip_if_nologs", boolean},
    OptionRow{"systemd_if_nologs", boolean},
};

constexpr std::array own_filter = {
    OptionRow{"weakregex"},
};

/// What people write for false; fail2ban takes all that is not true so.
bool is_false(std::string_view text) {
  constexpr std::array<std::string_view, 5> words = {"", "0", "no", "off", "false"};
  return std::ranges::find(words, lower(text)) != words.end();
}

Value fallback_of(const OptionRow& row) {
  if (row.fallback == nullptr) {
    return none_value();
  }
  auto value = text_value(row.fallback);
  value.kind = row.type == boolean ? Value::Kind::boolean : Value::Kind::text;
  return value;
}

}  // namespace

std::span<const OptionRow> filter_rows() {
  return filter;
}

std::span<const OptionRow> action_rows() {
  return action;
}

std::span<const OptionRow> jail_rows() {
  return jail;
}

std::span<const OptionRow> early_jail_rows() {
  return early_jail;
}

std::span<const OptionRow> client_rows() {
  return client;
}

std::span<const OptionRow> server_rows() {
  return server;
}

std::span<const OptionRow> thread_rows() {
  return thread;
}

std::span<const OptionRow> own_jail_rows() {
  return own_jail;
}

std::span<const OptionRow> own_filter_rows() {
  return own_filter;
}

const OptionRow* find_row(std::span<const OptionRow> rows, std::string_view name) {
  const auto found = std::ranges::find(rows, name, &OptionRow::name);
  return found == rows.end() ? nullptr : &*found;
}

std::string hint_of_comment(std::string_view value) {
  for (const auto* mark : {" #", "\t#", " //"}) {
    if (value.find(mark) != std::string_view::npos) {
      return "; what follows a value on its line is no comment, unless it begins with \" ;\"";
    }
  }
  return "";
}

Value converted(const OptionRow& row, const Value& value, Problems& problems) {
  if (value.is_none() || row.type == text || value.kind != Value::Kind::text) {
    return value;
  }
  auto out = value;
  if (row.type == boolean) {
    out.kind = Value::Kind::boolean;
    if (!is_true(value.str()) && !is_false(value.str())) {
      problems.warn(value.written,
                    std::string(row.name) + " = " + value.str() +
                        ": this is neither true nor false, and counts as false" +
                        hint_of_comment(value.str()));
    }
    out.text = Traced(is_true(value.str()) ? "True" : "False", value.written);
    return out;
  }
  if (const auto number = parse_integer(value.str())) {
    out.kind = Value::Kind::integer;
    out.text = Traced(*number, value.written);
    return out;
  }
  problems.warn(value.written,
                std::string(row.name) + " = " + value.str() +
                    ": this is no whole number, and the default holds" +
                    hint_of_comment(value.str()));
  return fallback_of(row);
}

Result<Section> read_options(const Scope& scope,
                             std::span<const OptionRow> rows,
                             const Section* given,
                             bool convert,
                             Problems& problems) {
  Section out;
  const bool exists = scope.section == "DEFAULT" || scope.ini.section(scope.section) != nullptr;
  for (const auto& row : rows) {
    const std::string name(row.name);
    if (given != nullptr && given->contains(name)) {
      continue;
    }
    if (!exists) {
      out.set(name, fallback_of(row));
      continue;
    }
    SPRANGA_TRY(const auto value, get(scope, name, problems));
    if (value) {
      out.set(name, convert ? converted(row, *value, problems) : *value);
    } else if (row.fallback != nullptr) {
      out.set(name, fallback_of(row));
    }
  }
  return out;
}

}  // namespace spranga::guard::config
