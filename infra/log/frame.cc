#include "infra/log/frame.h"

#include <algorithm>
#include <array>

#include "domain/invariant.h"
#include "domain/sha256.h"
#include "infra/log/little_endian.h"

namespace dialin::log {
namespace {

constexpr std::size_t kCheckBytes = 8;

/// Salted with the log's id, so that a frame of another log, copied or left on the disk, is none here.
std::uint64_t check_of(const LogId& log, std::uint32_t length, Sequence synced) {
  std::array<char, 28> covered;
  std::memcpy(covered.data(), log.bytes.data(), log.bytes.size());
  put_at<std::uint32_t>(covered.data() + 16, length);
  put_at<std::uint64_t>(covered.data() + 20, synced.value);
  const Bytes32 digest = sha256({covered.data(), covered.size()});
  return get<std::uint64_t>(reinterpret_cast<const char*>(digest.data()));
}

void write_head(const LogId& log, std::uint32_t length, Sequence synced, char* out) {
  put_at<std::uint64_t>(out, check_of(log, length, synced));
  put_at<std::uint32_t>(out + kCheckBytes, length);
  put_at<std::uint64_t>(out + kCheckBytes + 4, synced.value);
}

void append_bytes(const Bytes32& bytes, std::string& out) {
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

template <class Id>
void append_optional(const std::optional<Id>& id, std::string& out) {
  out.push_back(static_cast<char>(id ? id->bytes.size() : 0));
  if (id) out.append(id->view());
}

/// Takes fields off the front; once one is missing, all that follow are.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      whole_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view field = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return field;
  }
  template <class Number>
  Number number() {
    const std::string_view field = take(sizeof(Number));
    return field.empty() ? Number{} : get<Number>(field.data());
  }
  template <class Bytes>
  void fill(Bytes& out) {
    const std::string_view field = take(out.size());
    if (!field.empty()) std::memcpy(out.data(), field.data(), out.size());
  }
  template <class Id>
  void optional(std::optional<Id>& out) {
    const auto length = number<std::uint8_t>();
    if (length == 0) return out.reset();
    if (length != sizeof(Id::bytes)) whole_ = false;
    fill(out.emplace().bytes);
  }
  bool whole() const { return whole_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool whole_ = true;
};

}  // namespace

void append_frame(const LogId& log, const Record& record, Sequence synced, std::string& out) {
  invariant(!record.type.empty() && record.type.size() <= 255, "a record's type has 1 to 255 bytes");
  invariant(record.value.size() <= kRecordValueBytesMax, "a record's value is within its bound");
  const std::size_t begin = out.size();
  out.resize(begin + kFrameHeadBytes);
  append_bytes(record.id.bytes, out);
  append_bytes(record.previous.bytes, out);
  put<std::uint64_t>(out, record.sequence.value);
  put<std::int64_t>(out, record.time.us);
  put<std::uint8_t>(out, static_cast<std::uint8_t>(record.type.size()));
  out.append(record.type);
  append_optional(record.tenant, out);
  append_optional(record.config, out);
  put<std::uint32_t>(out, static_cast<std::uint32_t>(record.value.size()));
  out.append(record.value);
  write_head(log, static_cast<std::uint32_t>(out.size() - begin - kFrameHeadBytes), synced, out.data() + begin);
}

void append_mark(const LogId& log, Sequence synced, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + kFrameHeadBytes);
  write_head(log, 0, synced, out.data() + begin);
}

std::optional<FrameHead> read_head(const LogId& log, const char* bytes) {
  const FrameHead head{get<std::uint32_t>(bytes + kCheckBytes), {get<std::uint64_t>(bytes + kCheckBytes + 4)}};
  if (head.length != 0 && (head.length < kRecordBytesMin || head.length > kRecordBytesMax)) return std::nullopt;
  if (get<std::uint64_t>(bytes) != check_of(log, head.length, head.synced)) return std::nullopt;
  return head;
}

bool is_blank(std::string_view bytes) {
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

bool decode_record(std::string_view bytes, Record& out) {
  Fields fields(bytes);
  fields.fill(out.id.bytes);
  fields.fill(out.previous.bytes);
  out.sequence = {fields.number<std::uint64_t>()};
  out.time = {fields.number<std::int64_t>()};
  out.type.assign(fields.take(fields.number<std::uint8_t>()));
  fields.optional(out.tenant);
  fields.optional(out.config);
  out.value.assign(fields.take(fields.number<std::uint32_t>()));
  return fields.whole() && !out.type.empty();
}

}  // namespace dialin::log
