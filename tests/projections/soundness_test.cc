// Events of other hands against the views: each fault is found, whether what speaks against it stands in the views or in the same batch,
// and nothing that was decided is one.

#include "projections/soundness.h"

#include <gtest/gtest.h>

#include "domain/given.h"
#include "infra/codec/json_codec.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"

namespace dialin::projections {
namespace {

using given::create;
using given::move;
using given::remove;
using given::restore;
using given::update;

/// The entries of a log in which `commands` happened.
std::vector<Entry> entries_of(const std::vector<Command>& commands) {
  given::Story story;
  std::vector<Entry> entries;
  Tail tail;
  for (const Command& command : commands) {
    const Decided events = std::get<Decided>(decide(command, story, Rules{}));
    for (const Event& event : events) {
      Record record;
      record.type = record_type_of(event.name);
      record.tenant = event.tenant;
      record.config = event.config_id;
      record.time = {story.time().us + 1 + static_cast<std::int64_t>(&event - events.data())};
      chain_after(tail, record);
      tail = tail_of(record);
      entries.push_back({std::move(record), event});
    }
    story.happen(events);
  }
  return entries;
}

struct Row {
  const char* name;
  std::vector<Command> commands;
  std::function<void(std::vector<Entry>&)> spoil;
  const char* fault;         ///< null: none
  std::size_t left_out = 1;  ///< of the last entries
};
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

const given::Body kNumber{{"type", "pinless_dialin"}, {"phone_number", "+15550001"}};
const given::Body kOther{{"type", "pinless_dialin"}, {"phone_number", "+15550002"}};
const given::Body kPin{{"type", "pin_dialin"}};

Event& last(std::vector<Entry>& entries) {
  return *entries.back().event;
}
void nothing(std::vector<Entry>&) {}

const Row kRows[] = {
    {"a create", {create(1, kNumber)}, nothing, nullptr},
    {"a number that was given up", {create(1, kNumber), remove(1), create(2, kNumber)}, nothing, nullptr},
    {"a number that was exchanged", {create(1, kNumber), update(1, {{"phone_number", "+15550002"}}), create(2, kNumber)}, nothing, nullptr},
    {"a restore", {create(1, kNumber), remove(1), restore(1, 1)}, nothing, nullptr},
    {"a move", {create(1, kNumber), move(1, 2, {{"type", "pin_dialin"}})}, nothing, nullptr},
    {"a version left out",
     {create(1, kNumber), update(1, {{"name_prefix", "a"}})},
     [](auto& all) { last(all).version = {3}; },
     "the version does not follow"},
    {"a version once more",
     {create(1, kNumber), update(1, {{"name_prefix", "a"}})},
     [](auto& all) { last(all).version = {1}; },
     "the version does not follow"},
    {"a change of nobody",
     {create(1, kNumber), update(1, {{"name_prefix", "a"}})},
     [](auto& all) { last(all).config_id = given::config(9); },
     "a config that is not there is changed"},
    {"a deletion of nobody",
     {create(1, kNumber), remove(1)},
     [](auto& all) { last(all).tenant = given::tenant(9), last(all).config_id = given::config(9); },
     "a config that is not there is changed"},
    {"a change of what was deleted",
     {create(1, kNumber), remove(1), restore(1, 1)},
     [](auto& all) { last(all).name = EventName::updated; },
     "a config that is not there is changed"},
    {"a creation of what lives",
     {create(1, kNumber), create(2, kOther)},
     [](auto& all) { last(all).config_id = given::config(1); },
     "a live config is created again"},
    {"a creation of what was deleted",
     {create(1, kNumber), remove(1), create(2, kNumber)},
     [](auto& all) { last(all).config_id = given::config(1); },
     "the version does not follow"},
    {"a restore of what never was",
     {create(1, kNumber), remove(1), restore(1, 1)},
     [](auto& all) { last(all).config_id = given::config(9); },
     "the version does not follow"},
    {"a number that is held",
     {create(1, kNumber), create(2, kOther)},
     [](auto& all) { last(all).config.phone_number = given::number("+15550001"); },
     "the number is held by another config"},
    {"an exchange for a number that is held",
     {create(1, kNumber), create(2, kOther), update(2, {{"phone_number", "+15550003"}})},
     [](auto& all) { last(all).config.phone_number = given::number("+15550001"); },
     "the number is held by another config"},
    {"a number given up by another",
     {create(1, kNumber), create(2, kOther), update(2, {{"phone_number", "+15550003"}})},
     [](auto& all) { last(all).before.phone_number = given::number("+15550001"); },
     "a number is given up by a config that does not hold it"},
    {"half a move at the end",
     {create(1, kNumber), move(1, 2, {{"type", "pin_dialin"}})},
     [](auto& all) { all.pop_back(); },
     "a move's deletion is not followed by the creation that it announces"},
    {"a move to another",
     {create(1, kNumber), move(1, 2, {{"type", "pin_dialin"}})},
     [](auto& all) { last(all).config_id = given::config(9); },
     "a move's deletion is not followed by the creation that it announces",
     2},
    {"a move that ends wrongly",
     {create(1, kNumber), move(1, 2, {{"type", "pin_dialin"}})},
     [](auto& all) { last(all).version = {2}; },
     "the version does not follow",
     2},
};

class SoundnessTest : public testing::TestWithParam<Row> {
 protected:
  void look(std::size_t in_views) {
    std::vector<Entry> entries = entries_of(GetParam().commands);
    if (in_views > 0 && entries[in_views - 1].event->moved_to) --in_views;  // half a move is never applied
    storage::TemporaryDir dir;
    const auto store = storage::open_rocks_store(dir / "views");
    Projector projector(*store, codec_, {});
    ASSERT_TRUE(projector.apply(std::span(entries).first(in_views)));
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(in_views));
    GetParam().spoil(entries);
    const Soundness found = SoundnessCheck(in_views == 0 ? nullptr : store.get()).take(entries);
    const std::size_t left_out = GetParam().fault == nullptr ? 0 : GetParam().left_out;
    EXPECT_EQ(found.sound, entries.size() - left_out);
    if (GetParam().fault == nullptr) {
      EXPECT_EQ(found.fault, "");
    } else {
      EXPECT_TRUE(found.fault.ends_with(std::string(" breaks a rule: ") + GetParam().fault)) << found.fault;
      EXPECT_TRUE(found.fault.starts_with("record ")) << found.fault;
    }
  }

  codec::JsonCodec codec_;
};

TEST_P(SoundnessTest, is_seen_by_what_the_batch_says) {
  look(0);
}

TEST_P(SoundnessTest, is_seen_by_what_the_views_say) {
  look(entries_of(GetParam().commands).size() - std::max<std::size_t>(GetParam().left_out, 1));
}

INSTANTIATE_TEST_SUITE_P(Rows, SoundnessTest, testing::ValuesIn(kRows));

}  // namespace
}  // namespace dialin::projections
