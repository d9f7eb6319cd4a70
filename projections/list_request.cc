#include "projections/list_request.h"

#include <algorithm>

namespace dialin::projections {

bool ListFilter::fits(Category category, std::string_view number) const {
  if (type && category != *type) return false;
  if (phone_number && number != phone_number->text()) return false;
  const auto is_in_number = [&](const std::string& part) { return number.find(part) != std::string_view::npos; };
  return phone_numbers.empty() || std::any_of(phone_numbers.begin(), phone_numbers.end(), is_in_number);
}

bool ListFilter::fits(const Config& config) const {
  return fits(config.category, config.phone_number ? config.phone_number->text() : std::string_view()) &&
         fits_name(config.name_prefix.value_or("")) && (!sip_username || sip_username_of(config) == sip_username);
}

/// Of `sip:<user name>@<domain>`.
std::optional<std::string> sip_username_of(const Config& config) {
  if (!config.sip_uri) return std::nullopt;
  const std::size_t begin = config.sip_uri->find(':') + 1;
  return config.sip_uri->substr(begin, config.sip_uri->rfind('@') - begin);
}

}  // namespace dialin::projections
