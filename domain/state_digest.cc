#include "domain/state_digest.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "domain/evolve.h"
#include "domain/sha256.h"

namespace dialin {
namespace {

class Leaf {
 public:
  void bytes(std::string_view bytes) {
    little_endian(bytes.size(), 4);
    text_.append(bytes);
  }
  void number(std::uint64_t number) {
    little_endian(8, 4);
    little_endian(number, 8);
  }
  void one_byte(bool is_so) { text_ += is_so ? '\1' : '\0'; }
  void property(const Config& config, Property property) {
    const auto text = shown(config, property);
    one_byte(text.has_value());
    if (!text) return;
    if (property == Property::hmac) {
      bytes(config.hmac->key_id);
      bytes(config.hmac->box);
    }
    bytes(*text);  // of hmac the fingerprint
  }
  std::string_view text() const { return text_; }
  void clear() { text_.clear(); }

 private:
  void little_endian(std::uint64_t number, int size) {
    for (int i = 0; i < size; ++i) text_ += static_cast<char>((number >> (8 * i)) & 0xFF);
  }
  std::string text_;
};

}  // namespace

Bytes32 state_leaf(const ConfigState& state) {
  thread_local Leaf leaf;  // its memory is used again
  leaf.clear();
  leaf.bytes(state.tenant.view());
  leaf.bytes(state.id.view());
  leaf.number(state.version.value);
  leaf.bytes(state.deleted ? std::string_view("\1", 1) : std::string_view("\0", 1));
  leaf.number(state.sequence.value);
  leaf.number(state.created_sequence.value);
  leaf.number(static_cast<std::uint64_t>(state.created_at.us));
  leaf.number(static_cast<std::uint64_t>(state.updated_at.us));
  leaf.bytes(name_of(state.config.category));
  for (const Property property : kProperties) leaf.property(state.config, property);
  return sha256(leaf.text());
}

Bytes32 StateDigest::digest() const {
  std::vector<const std::pair<const Name, Bytes32>*> ordered;
  ordered.reserve(leaves_.size());
  for (const auto& entry : leaves_) ordered.push_back(&entry);
  std::sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  Sha256 hash;
  for (const auto* entry : ordered) hash.add({reinterpret_cast<const char*>(entry->second.data()), entry->second.size()});
  return hash.digest();
}

void StateFold::add(const Record& record, const Event* event) {
  if (held_) {
    state_.put(held_->tenant, held_->id, state_leaf(*held_));
    held_.reset();
  }
  if (event == nullptr) return;
  ConfigState state = state_after(*event, record.sequence, record.time);
  if (event->moved_to) {
    held_ = std::move(state);
  } else {
    state_.put(state.tenant, state.id, state_leaf(state));
  }
}

}  // namespace dialin
