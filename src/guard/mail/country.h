// Country: where an address is, by a GeoIP database (MaxMind's format) if this machine has one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

struct MMDB_s;

namespace spranga::guard::mail {

class Country {
public:
  /// Knows nothing.
  Country() = default;

  /// `setting`: a path, "none", or "" for the first of usual_places() that is there. Errc::
  /// not_found or malformed for a path that is no such database; nowhere a database is no error.
  /// Opens its file: before the sandbox is entered, or from a folder that stays open.
  [[nodiscard]] static Result<Country> open(const std::string& setting);

  /// "FR (France)"; "" where it is not known. A network counts as its first address.
  [[nodiscard]] std::string of(const std::string& target) const;

  [[nodiscard]] bool knows_something() const { return database_ != nullptr; }

  [[nodiscard]] static std::vector<std::string> usual_places();

private:
  struct Close {
    void operator()(MMDB_s* database) const;
  };

  std::unique_ptr<MMDB_s, Close> database_;
};

}  // namespace spranga::guard::mail
