#pragma once
// Changes gathered in memory until there are enough to be worth a table file: appended in the order of writing, walked in the order of
// keys.

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "domain/view_store.h"

namespace dialin::storage {

/// Bytes that stay where they are until all go at once.
class Arena {
 public:
  /// Copies `a` and `b`, one behind the other.
  const char* keep(std::string_view a, std::string_view b);

 private:
  static constexpr std::size_t kFirstBlockBytes = 16 * 1024;
  static constexpr std::size_t kBlockBytesMax = 256 * 1024;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  std::size_t free_bytes_ = 0;
};

/// One put or removal.
struct Change {
  const char* bytes;  ///< key, then value
  std::uint32_t key_bytes;
  std::uint32_t value_bytes;
  bool removed;

  std::string_view key() const { return {bytes, key_bytes}; }
  std::string_view value() const { return {bytes + key_bytes, value_bytes}; }
};

/// What one batch changes. Moved about by its pointer, never copied.
class Changes {
 public:
  void add(Family family, std::string_view key, std::string_view value, bool removed);
  const std::vector<Change>& of(Family family) const { return families_[static_cast<std::size_t>(family)].changes; }
  std::size_t bytes() const { return bytes_; }

 private:
  /// A family's bytes lie together: those of the small ones then stay in the processor's cache while they are sorted and written.
  struct OfFamily {
    Arena arena;
    std::vector<Change> changes;
  };
  std::array<OfFamily, kFamilyCount> families_;
  std::size_t bytes_ = 0;
};

/// Many batches, in order.
class Chunk {
 public:
  void add(std::unique_ptr<Changes> changes);
  std::size_t bytes() const { return bytes_; }
  bool empty() const { return parts_.empty(); }
  /// The last change of each key, in the order of keys.
  std::vector<const Change*> sorted(Family family) const;

 private:
  std::vector<std::unique_ptr<Changes>> parts_;
  std::size_t bytes_ = 0;
};

}  // namespace dialin::storage
