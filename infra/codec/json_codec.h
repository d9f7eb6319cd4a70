#pragma once
// The store's JSON: what stands in the log, what a GET answers, what history and the stream show. The one writer of these documents; the
// edge's own small ones (errors, key files) are not its business. Stateless; any thread. Decoding keeps a parser and a buffer a thread, at
// most some 8 MB for the largest record.
//
// A value in the log, members in this order (those with ? only when there is something to say):
//   name, version, type, config {type, properties that are set; hmac as {key_id, sealed, fingerprint}}, changed [dotted names],
//   before? {the changed properties as they were, without type}, created_at?, created_sequence?, actor, request_id,
//   traceparent?, tracestate?, idempotency? {key, request: 32 hex digits}, moved_to? {id, then all of the successor's members},
//   moved_from?, restored_from?
// tests/infra/codec/events.v1.jsonl holds one of each kind: they are read for ever.

#include "domain/codec.h"

namespace dialin::codec {

class JsonCodec : public Codec {
 public:
  void encode(const Event& event, std::string& out) const override;
  /// Also checks that the value's `name` is what the record's type says. Names in `changed` that are not known are passed over as fields
  /// are.
  Result<Event, NotAnEvent> decode(const Record& record) const override;

  /// `{"log_id"}`, the id as a UUID.
  void encode(const LogCreated& created, std::string& out) const override;
  /// `{"node","url","term","nonce"}`, the nonce as 32 hex digits.
  void encode(const LogOpened& opened, std::string& out) const override;
  std::optional<LogCreated> decode_created(const Record& record) const override;
  std::optional<LogOpened> decode_opened(const Record& record) const override;

  Answer answer(const ConfigState& state, const std::optional<ConfigId>& moved_from) const override;
  void show(const Record& record, const Event& event, std::string& out) const override;
  void compare(const Record& from_record, const Event& from, const Record& to_record, const Event& to, std::string& out) const override;
};

}  // namespace dialin::codec
