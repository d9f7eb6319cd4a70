#include "projections/sealing_keys.h"

namespace dialin::projections {
namespace {

constexpr std::string_view kNote = "sealed-by/";

}  // namespace

std::string sealing_key_note(std::string_view key_id) {
  return std::string(kNote).append(key_id);
}

std::vector<std::string> sealing_keys(const ViewReader& store) {
  std::vector<std::string> ids;
  const auto cursor = store.cursor(Family::meta, kNote);
  for (cursor->seek(kNote); cursor->valid(); cursor->next()) ids.emplace_back(cursor->key().substr(kNote.size()));
  return ids;
}

bool is_sealing_key(const ViewReader& store, std::string_view key_id) {
  std::string none;
  return store.get(Family::meta, sealing_key_note(key_id), none);
}

}  // namespace dialin::projections
