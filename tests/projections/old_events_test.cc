// Old events are read for ever: every record that an earlier version has written (tests/fixtures/events) goes through decoding and the
// views, and comes out as it was shown then. Files are only ever added.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "domain/chain.h"
#include "infra/codec/json_codec.h"
#include "infra/crypto/key_ring.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"
#include "projections/keys.h"
#include "projections/projector.h"

namespace dialin::projections {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const std::string kFolder = "tests/fixtures/events";

struct Kept {
  Record record;
  json::value shown;   ///< null: it is of the log itself
  json::value answer;  ///< of its config's GET afterwards; null: there was none
};

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string text(const json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

Record record_of(const json::object& kept) {
  Record record;
  record.sequence = {kept.at("sequence").to_number<std::uint64_t>()};
  record.id = *RecordId::parse(text(kept, "id"));
  record.previous = *RecordId::parse(text(kept, "previous"));
  record.type = text(kept, "type");
  if (!kept.at("tenant").is_null()) record.tenant = TenantId::parse(text(kept, "tenant"));
  if (!kept.at("config_id").is_null()) record.config = ConfigId::parse(text(kept, "config_id"));
  record.time = *Instant::parse(text(kept, "time"));
  record.value = text(kept, "value");
  return record;
}

/// All of them, in the order of the chain.
std::map<Sequence, Kept> kept_records() {
  std::map<Sequence, Kept> all;
  for (const auto& file : fs::directory_iterator(kFolder)) {
    if (file.path().filename() == "keyring.json") continue;
    const json::value lines = json::parse(read_file(file.path()));
    for (const json::value& line : lines.as_array()) {
      const json::object& object = line.as_object();
      if (!object.contains("record")) continue;  // a mark, which is never on the chain
      Kept kept{record_of(object.at("record").as_object()), {}, {}};
      if (object.contains("shown")) {
        kept.shown = object.at("shown");
        kept.answer = object.at("answer");
      }
      all.emplace(kept.record.sequence, std::move(kept));
    }
  }
  return all;
}

class OldEvents : public testing::Test {
 protected:
  void SetUp() override {
    const std::string ring = dir_ / "keyring.json";
    fs::copy(kFolder + "/keyring.json", ring);
    fs::permissions(ring, fs::perms::owner_read | fs::perms::owner_write);
    auto loaded = crypto::KeyRing::load(ring);
    ASSERT_TRUE(loaded) << loaded.error().text;
    secrets_ = std::move(*loaded);
  }

  /// As a GET answers it.
  json::value answer_of(const ViewReader& views, const Record& record) const {
    std::string stored;
    if (!views.get(Family::configs, config_key(*record.tenant, *record.config), stored)) return {};
    const ConfigRow row = ConfigRow::decode(stored);
    std::string body = row.answer.json;
    if (row.hmac) {
      const auto clear = secrets_->open(*row.hmac, *record.tenant, *record.config);
      EXPECT_TRUE(clear) << "the key ring opens it";
      body.insert(row.answer.hole, clear.value_or(""));
    }
    return json::parse(body);
  }
  json::value shown(const Record& record, const Event& event) const {
    std::string body;
    codec_.show(record, event, body);
    return json::parse(body);
  }

  storage::TemporaryDir dir_;
  codec::JsonCodec codec_;
  std::unique_ptr<crypto::KeyRing> secrets_;
};

TEST_F(OldEvents, are_shown_and_answered_as_they_were) {
  const auto store = storage::open_rocks_store(dir_ / "views");
  Projector projector(*store, codec_, {});
  std::vector<Entry> batch;  // one, or both halves of a move
  for (const auto& [sequence, kept] : kept_records()) {
    EXPECT_EQ(chain_id(kept.record), kept.record.id) << sequence.value << ": its bytes are those that were written";
    auto entry = entry_of(kept.record, codec_);
    ASSERT_TRUE(entry) << sequence.value << ": " << entry.error().why;
    ASSERT_EQ(entry->event.has_value(), !kept.shown.is_null()) << sequence.value;
    if (entry->event) {
      EXPECT_EQ(shown(kept.record, *entry->event), kept.shown) << sequence.value;
    }
    batch.push_back(std::move(*entry));
    if (batch.back().event && batch.back().event->moved_to) continue;
    ASSERT_TRUE(projector.apply(batch));
    batch.clear();
    if (kept.record.config) {
      EXPECT_EQ(answer_of(*store, kept.record), kept.answer) << sequence.value;
    }
  }
  EXPECT_TRUE(batch.empty()) << "no half move is kept";
  EXPECT_GE(projector.position().sequence.value, 36U) << "what version 0.1.0 has left";
}

TEST_F(OldEvents, of_the_log_itself_say_what_they_said) {
  for (const auto& [sequence, kept] : kept_records()) {
    if (kept.record.type == kLogCreated) {
      EXPECT_TRUE(codec_.decode_created(kept.record)) << sequence.value;
    } else if (kept.record.type == kLogOpened) {
      const auto opened = codec_.decode_opened(kept.record);
      ASSERT_TRUE(opened) << sequence.value;
      EXPECT_EQ(opened->node, "embedded");
    } else {
      EXPECT_TRUE(is_event_type(kept.record.type)) << kept.record.type;
    }
  }
}

}  // namespace
}  // namespace dialin::projections
