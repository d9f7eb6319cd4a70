// Values of the log's records, as anybody may have written them: what is read as an event is written as the same event.

#include <array>

#include "fuzz/fuzz.h"
#include "infra/codec/json_codec.h"

using namespace dialin;

namespace {

constexpr std::array kTypes = {"dialin.config.created.v1", "dialin.config.updated.v1", "dialin.config.deleted.v1"};

Record record_of(std::uint8_t type, std::string_view value) {
  Record record;
  record.sequence = {7};
  record.type = kTypes[type % kTypes.size()];
  record.tenant = TenantId{};
  record.config = ConfigId{};
  record.time = Instant{1'780'000'000'000'000};
  record.value = value;
  return record;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const codec::JsonCodec codec;
  fuzz::Pieces pieces(fuzz::text_of(bytes, size));
  Record record = record_of(pieces.byte(), pieces.rest());
  codec.decode_created(record);
  codec.decode_opened(record);
  const auto event = codec.decode(record);
  if (!event) {
    fuzz::must(!event.error().why.empty(), "what is no event has a reason");
    return 0;
  }
  std::string shown;
  codec.show(record, *event, shown);
  codec.compare(record, *event, record, *event, shown);
  std::string once;
  codec.encode(*event, once);
  record.value = once;
  const auto again = codec.decode(record);
  fuzz::must(again.has_value(), "an event that was written is read");
  std::string twice;
  codec.encode(*again, twice);
  fuzz::must(once == twice, "an event is written in one way");
  return 0;
}
