#pragma once
// What a store holds, as a value that can be compared.

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "domain/view_store.h"

namespace dialin::storage {

using Content = std::map<std::pair<Family, std::string>, std::string>;

inline Content content_of(const ViewReader& store) {
  Content content;
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    const auto cursor = store.cursor(family, "");
    for (cursor->seek(""); cursor->valid(); cursor->next()) content[{family, std::string(cursor->key())}] = cursor->value();
  }
  return content;
}

inline std::string value_of(const ViewReader& store, Family family, std::string_view key) {
  std::string value;
  return store.get(family, key, value) ? value : "(none)";
}

/// One put, applied.
inline Result<void, StoreError> put(ViewStore& store, Family family, std::string_view key, std::string_view value) {
  const auto batch = store.batch();
  batch->put(family, key, value);
  return store.apply(*batch);
}

}  // namespace dialin::storage
