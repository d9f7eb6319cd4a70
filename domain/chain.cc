#include "domain/chain.h"

#include <limits>

#include "domain/invariant.h"
#include "domain/sha256.h"

namespace dialin {
namespace {

/// Gathers small fields with their lengths, so that they are hashed in few calls.
class Fields {
 public:
  Fields& number32(std::size_t number) { return little_endian(number, 4); }
  Fields& number64(std::uint64_t number) { return number32(8).little_endian(number, 8); }
  Fields& bytes(std::string_view bytes) {
    number32(bytes.size());
    size_ += bytes.copy(buffer_ + size_, bytes.size());
    return *this;
  }
  std::string_view view() const { return {buffer_, size_}; }

 private:
  Fields& little_endian(std::uint64_t number, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) buffer_[size_++] = static_cast<char>((number >> (8 * i)) & 0xFF);
    return *this;
  }

  char buffer_[96];
  std::size_t size_ = 0;
};

template <class Id>
std::string_view view_of(const std::optional<Id>& id) {
  return id ? id->view() : std::string_view{};
}

}  // namespace

RecordId chain_id(const Record& record) {
  constexpr std::size_t field_bytes_max = std::numeric_limits<std::uint32_t>::max();
  invariant(record.type.size() <= field_bytes_max && record.value.size() <= field_bytes_max, "a record's fields have 32-bit lengths");
  const std::string_view previous(reinterpret_cast<const char*>(record.previous.bytes.data()), record.previous.bytes.size());

  Fields before_type;
  before_type.bytes(previous).number64(record.sequence.value).number32(record.type.size());
  Fields behind_type;
  behind_type.bytes(view_of(record.tenant)).bytes(view_of(record.config)).number64(static_cast<std::uint64_t>(record.time.us));
  behind_type.number32(record.value.size());
  return RecordId{Sha256().add(before_type.view()).add(record.type).add(behind_type.view()).add(record.value).digest()};
}

LinkCheck check_link(const Tail& tail, const Record& record) {
  if (record.previous != tail.id) return {Link::stray, {}};
  if (record.id != chain_id(record)) return {Link::poison, "the hash does not match the content"};
  if (record.sequence != tail.sequence.next()) return {Link::poison, "the sequence does not follow"};
  if (record.time <= tail.time) return {Link::poison, "the time does not increase"};
  return {Link::next, {}};
}

void chain_after(const Tail& tail, Record& record) {
  invariant(record.time > tail.time, "times increase along the chain");
  record.sequence = tail.sequence.next();
  record.previous = tail.id;
  record.id = chain_id(record);
}

}  // namespace dialin
