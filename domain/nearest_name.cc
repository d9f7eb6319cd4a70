#include "domain/nearest_name.h"

#include <algorithm>
#include <array>
#include <limits>

#include "domain/invariant.h"

namespace dialin {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr unsigned kMissing = 1;  ///< a character of the known name that the caller left out
constexpr unsigned kSurplus = 3;  ///< a character that the known name does not have

/// Case tells no names apart here: `phoneNumber` is near to `phone_number`.
char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

/// The weighted edit distance, by Wagner and Fischer's table, of which two rows are kept as one. A wrong character counts as one
/// missing and one surplus.
unsigned cost(std::string_view name, std::string_view known) {
  std::array<unsigned, kNameBytesMax + 1> row{};
  for (std::size_t i = 1; i <= name.size(); ++i) row[i] = row[i - 1] + kSurplus;
  for (const char wanted : known) {
    unsigned diagonal = row[0];
    row[0] += kMissing;
    for (std::size_t i = 1; i <= name.size(); ++i) {
      const unsigned kept = diagonal;
      diagonal = row[i];
      row[i] = lower(name[i - 1]) == wanted ? kept : std::min(row[i] + kMissing, row[i - 1] + kSurplus);
    }
  }
  return row[name.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> known) {
  invariant(!known.empty(), "there are names to be near to");
  name = name.substr(0, kNameBytesMax);
  std::string_view nearest;
  unsigned least = std::numeric_limits<unsigned>::max();
  for (const std::string_view candidate : known) {
    const unsigned now = cost(name, candidate);
    if (now < least) {
      least = now;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace dialin
