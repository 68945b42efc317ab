#include "guard/mail/country.h"

#include <maxminddb.h>
#include <unistd.h>

#include <string_view>

#include "net/address.h"
#include "text/escape.h"

namespace spranga::guard::mail {

namespace {

template <class... Key>
std::string text_in(MMDB_lookup_result_s& found, Key... path) {
  constexpr std::size_t longest = 60;
  MMDB_entry_data_s data{};
  const bool there = MMDB_get_value(&found.entry, &data, path..., nullptr) == MMDB_SUCCESS &&
                     data.has_data && data.type == MMDB_DATA_TYPE_UTF8_STRING;
  return there ? text::escape_clipped(std::string_view(data.utf8_string, data.data_size), longest)
               : "";
}

}  // namespace

void Country::Close::operator()(MMDB_s* database) const {
  MMDB_close(database);
  delete database;  // NOLINT(cppcoreguidelines-owning-memory): the deleter of a unique_ptr
}

std::vector<std::string> Country::usual_places() {
  return {"/usr/share/GeoIP/GeoLite2-Country.mmdb",
          "/var/lib/GeoIP/GeoLite2-Country.mmdb",
          "/usr/share/GeoIP/GeoLite2-City.mmdb",
          "/var/lib/GeoIP/GeoLite2-City.mmdb",
          "/usr/share/GeoIP/GeoIP2-Country.mmdb",
          "/usr/share/GeoIP/dbip-country-lite.mmdb"};
}

Result<Country> Country::open(const std::string& setting) {
  Country out;
  auto path = setting == "none" ? "" : setting;
  if (setting.empty()) {
    for (const auto& place : usual_places()) {
      if (path.empty() && ::access(place.c_str(), R_OK) == 0) {
        path = place;
      }
    }
  }
  if (path.empty()) {
    return out;
  }
  auto database = std::make_unique<MMDB_s>();
  const int code = MMDB_open(path.c_str(), MMDB_MODE_MMAP, database.get());
  if (code != MMDB_SUCCESS) {
    return fail(code == MMDB_FILE_OPEN_ERROR ? Errc::not_found : Errc::malformed,
                path + ": " + MMDB_strerror(code));
  }
  out.database_.reset(database.release());
  return out;
}

std::string Country::of(const std::string& target) const {
  const auto address = net::Address::parse(target.substr(0, target.find('/')));
  if (!database_ || !address) {
    return "";
  }
  const auto socket_address = address->to_sockaddr(0);
  int error = MMDB_SUCCESS;
  auto found = MMDB_lookup_sockaddr(
      database_.get(),
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own idiom
      reinterpret_cast<const sockaddr*>(&socket_address.storage),
      &error);
  if (error != MMDB_SUCCESS || !found.found_entry) {
    return "";
  }
  const auto code = text_in(found, "country", "iso_code");
  const auto name = text_in(found, "country", "names", "en");
  return name.empty() ? code : code.empty() ? name : code + " (" + name + ")";
}

}  // namespace spranga::guard::mail
