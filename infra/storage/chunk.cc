#include "infra/storage/chunk.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace dialin::storage {
namespace {

constexpr std::size_t kWords = 3;

/// A key's first 24 bytes as numbers that compare like them: most comparisons end here, without a look at memory far away.
struct SortItem {
  std::array<std::uint64_t, kWords> head;
  const Change* change;
  std::uint32_t order;  ///< of writing
};

SortItem item_of(const Change& change, std::uint32_t order) {
  std::array<std::uint64_t, kWords> head{};
  std::memcpy(head.data(), change.bytes, std::min<std::size_t>(change.key_bytes, sizeof head));
  for (std::uint64_t& word : head) word = __builtin_bswap64(word);
  static_assert(std::endian::native == std::endian::little);
  return {head, &change, order};
}

bool stands_before(const SortItem& a, const SortItem& b) {
  for (std::size_t i = 0; i < kWords; ++i)
    if (a.head[i] != b.head[i]) return a.head[i] < b.head[i];
  const int compared = a.change->key().compare(b.change->key());
  return compared != 0 ? compared < 0 : a.order < b.order;
}

/// As far as the heads tell, which need no look at memory far away.
bool has_same_key(const SortItem& a, const SortItem& b) {
  return a.head == b.head && a.change->key() == b.change->key();
}

}  // namespace

const char* Arena::keep(std::string_view a, std::string_view b) {
  const std::size_t size = a.size() + b.size();
  if (size > free_bytes_ || blocks_.empty()) {
    const std::size_t block = std::max(size, blocks_.empty() ? kFirstBlockBytes : kBlockBytesMax);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    free_ = blocks_.back().get();
    free_bytes_ = block;
  }
  char* kept = free_;
  std::copy(a.begin(), a.end(), kept);
  std::copy(b.begin(), b.end(), kept + a.size());
  free_ += size;
  free_bytes_ -= size;
  return kept;
}

void Changes::add(Family family, std::string_view key, std::string_view value, bool removed) {
  OfFamily& those = families_[static_cast<std::size_t>(family)];
  those.changes.push_back(
      {those.arena.keep(key, value), static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size()), removed});
  bytes_ += key.size() + value.size() + sizeof(Change);
}

void Chunk::add(std::unique_ptr<Changes> changes) {
  bytes_ += changes->bytes();
  parts_.push_back(std::move(changes));
}

std::vector<const Change*> Chunk::sorted(Family family) const {
  std::size_t changes = 0;
  for (const auto& part : parts_) changes += part->of(family).size();
  std::vector<SortItem> items;
  items.reserve(changes);
  for (const auto& part : parts_)
    for (const Change& change : part->of(family)) items.push_back(item_of(change, static_cast<std::uint32_t>(items.size())));
  std::sort(items.begin(), items.end(), stands_before);

  std::vector<const Change*> result;
  result.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool is_last_of_key = i + 1 == items.size() || !has_same_key(items[i], items[i + 1]);
    if (is_last_of_key) result.push_back(items[i].change);
  }
  return result;
}

}  // namespace dialin::storage
