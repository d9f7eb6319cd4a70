// A record comes back from its headers as it went in; whatever lacks something, or has it twice or wrongly, is no record.

#include "infra/log/kafka/message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "infra/log/kafka/carried_trace.h"

namespace dialin::log::kafka {
namespace {

const LogId kLog{{7}};

Record whole(std::string_view value = "{}") {
  Record record;
  record.type = "dialin.config.created.v1";
  record.tenant = TenantId{{1}};
  record.config = ConfigId{{2}};
  record.time = {1'700'000'000'000'001};
  record.value = value;
  chain_after({{41}, RecordId{{9}}, {1}}, record);
  return record;
}

FoundRecord read(const Headers& headers, std::string_view value) {
  MessageReader reader;
  for (const auto& [name, text] : headers) reader.header(name, text);
  return reader.found(5, {6}, value);
}

TEST(Message, gives_back_what_was_sent) {
  const Record sent = whole();
  const FoundRecord found = read(headers_of(sent, kLog), sent.value);
  EXPECT_EQ(found.offset, 5);
  EXPECT_EQ(found.stamped, Instant{6});
  EXPECT_EQ(found.previous, sent.previous);
  ASSERT_TRUE(found.record);
  EXPECT_EQ(found.record->id, chain_id(*found.record)) << "every field that is hashed";
  EXPECT_EQ(found.record->id, sent.id);
}

TEST(Message, of_the_log_itself_has_no_subject_and_no_tenant) {
  Record sent = whole();
  sent.tenant.reset();
  sent.config.reset();
  const FoundRecord found = read(headers_of(sent, kLog), sent.value);
  ASSERT_TRUE(found.record);
  EXPECT_FALSE(found.record->tenant || found.record->config);
}

TEST(Message, passes_over_headers_that_it_does_not_know) {
  Headers headers = headers_of(whole(), kLog);
  headers.emplace_back("ce_colour", "green");
  EXPECT_TRUE(read(headers, "{}").record);
}

struct Spoilt {
  const char* header;
  std::optional<std::string> value;  ///< nothing: it is left out
};
void PrintTo(const Spoilt& row, std::ostream* out) {
  *out << row.header << "=" << row.value.value_or("(left out)");
}
class SpoiltMessage : public testing::TestWithParam<Spoilt> {};

TEST_P(SpoiltMessage, is_no_record) {
  Headers headers = headers_of(whole(), kLog);
  std::erase_if(headers, [](const auto& header) { return header.first == GetParam().header; });
  if (GetParam().value) headers.emplace_back(GetParam().header, *GetParam().value);
  EXPECT_FALSE(read(headers, "{}").record);
}

INSTANTIATE_TEST_SUITE_P(Rows, SpoiltMessage,
                         testing::Values(Spoilt{"ce_specversion", {}}, Spoilt{"ce_specversion", "0.3"}, Spoilt{"ce_id", {}},
                                         Spoilt{"ce_id", "abc"}, Spoilt{"ce_source", {}}, Spoilt{"ce_source", "/elsewhere"},
                                         Spoilt{"ce_source", "/dialin/none"}, Spoilt{"ce_type", {}}, Spoilt{"ce_type", ""},
                                         Spoilt{"ce_type", std::string(256, 't')}, Spoilt{"ce_time", {}}, Spoilt{"ce_time", "yesterday"},
                                         Spoilt{"ce_sequence", {}}, Spoilt{"ce_sequence", "-1"}, Spoilt{"ce_sequence", "1x"},
                                         Spoilt{"ce_sequence", "99999999999999999999"}, Spoilt{"ce_previousid", {}},
                                         Spoilt{"ce_previousid", "xyz"}, Spoilt{"ce_subject", "7"}, Spoilt{"ce_tenant", "7"}));

TEST(Message, that_says_a_thing_twice_is_no_record) {
  for (const auto& header : headers_of(whole(), kLog)) {
    if (!header.first.starts_with("ce_")) continue;
    Headers headers = headers_of(whole(), kLog);
    headers.push_back(header);
    EXPECT_FALSE(read(headers, "{}").record) << header.first;
  }
}

/// What no hash reaches, but who reads with other means stumbles over: the record is on the chain all the same.
FoundRecord read_keyed(const Headers& headers, std::optional<std::string_view> key, std::string_view value = "{}") {
  MessageReader reader;
  if (key) reader.key(*key);
  for (const auto& [name, text] : headers) reader.header(name, text);
  return reader.found(5, {6}, value);
}

TEST(Message, as_a_node_writes_it_has_nothing_wrong_around_it) {
  const Record record = whole();
  const FoundRecord found = read_keyed(headers_of(record, kLog), record.config->text());
  EXPECT_EQ(found.unhashed_fault, "");
  EXPECT_EQ(found.log, kLog);
}

TEST(Message, that_is_written_otherwise_is_a_record_with_a_fault) {
  const Record record = whole();
  const std::string key = record.config->text();
  for (const char* other : {"", "0", "02000000-0000-0000-0000-000000000001"}) {
    const FoundRecord found = read_keyed(headers_of(record, kLog), other);
    EXPECT_TRUE(found.record && !found.unhashed_fault.empty()) << other;
  }
  EXPECT_FALSE(read_keyed(headers_of(record, kLog), std::nullopt).unhashed_fault.empty());
  const auto with = [&](std::string_view name, const std::string& text) {
    Headers headers = headers_of(record, kLog);
    for (auto& header : headers) {
      if (header.first == name) header.second = text;
    }
    return read_keyed(headers, key);
  };
  std::string capitals = record.id.hex();
  for (char& c : capitals) c = static_cast<char>(std::toupper(c));
  for (const auto& [name, text] : Headers{{"ce_id", capitals},
                                          {"ce_time", "2023-11-14t22:13:20.000001z"},
                                          {"ce_time", "2023-11-14T22:13:20.000001+00:00"},
                                          {"ce_time", "2016-12-31T23:59:60.000000Z"},
                                          {"ce_sequence", "042"},
                                          {"content-type", "text/plain"}}) {
    const FoundRecord found = with(name, text);
    ASSERT_TRUE(found.record) << name;
    EXPECT_EQ(found.record->id, record.id);
    EXPECT_FALSE(found.unhashed_fault.empty()) << name << " " << text;
  }
  Headers twice = headers_of(record, kLog);
  twice.emplace_back("content-type", "application/json");
  EXPECT_TRUE(read_keyed(twice, key).record) << "no stray by what no hash reaches";
}

constexpr const char* kTraced = R"({"request_id":"\"traceparent\":\"x","traceparent":"00-01-02-01","tracestate":"a=\"\\,b=2"})";

TEST(Message, of_a_trace_tells_it_to_those_who_look_at_headers) {
  const Record record = whole(kTraced);
  const Headers headers = headers_of(record, kLog);
  const auto told = [&](std::string_view name) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; });
    return found == headers.end() ? "" : found->second;
  };
  for (const char* name : {"traceparent", "ce_traceparent"}) EXPECT_EQ(told(name), "00-01-02-01") << name;
  for (const char* name : {"tracestate", "ce_tracestate"}) EXPECT_EQ(told(name), R"(a="\,b=2)") << name;
  EXPECT_EQ(read_keyed(headers, record.config->text(), kTraced).unhashed_fault, "");
  EXPECT_EQ(headers_of(whole(R"({"traceparent":"00-01-02-01"})"), kLog).size(), headers.size() - 2) << "no state";
  EXPECT_EQ(headers_of(whole(), kLog).size(), headers.size() - 4) << "no trace";
}

TEST(Message, whose_headers_tell_another_trace_is_a_record_with_a_fault) {
  const std::string key = whole().config->text();
  for (const char* name : {"traceparent", "ce_traceparent", "tracestate", "ce_tracestate"}) {
    Headers headers = headers_of(whole(kTraced), kLog);
    std::erase_if(headers, [&](const auto& header) { return header.first == name; });
    const FoundRecord without = read_keyed(headers, key, kTraced);
    EXPECT_TRUE(without.record && without.unhashed_fault.empty()) << name << ": an older dialin writes none";
    headers.emplace_back(name, "a=1");
    const FoundRecord with_other = read_keyed(headers, key, kTraced);
    EXPECT_TRUE(with_other.record && !with_other.unhashed_fault.empty()) << name;
    Headers unfounded = headers_of(whole(), kLog);
    unfounded.emplace_back(name, "a=1");
    const FoundRecord with_one = read_keyed(unfounded, key);
    EXPECT_TRUE(with_one.record && !with_one.unhashed_fault.empty()) << name << ": its value tells none";
    Headers twice = headers_of(whole(kTraced), kLog);
    twice.push_back(*std::find_if(twice.begin(), twice.end(), [&](const auto& header) { return header.first == name; }));
    const FoundRecord with_two = read_keyed(twice, key, kTraced);
    EXPECT_TRUE(with_two.record && !with_two.unhashed_fault.empty()) << name;
  }
}

TEST(CarriedTrace, is_found_in_what_the_codec_writes_and_nowhere_else) {
  const auto trace = [](std::string_view value) { return trace_in(value).parent + "|" + trace_in(value).state; };
  EXPECT_EQ(trace(kTraced), R"(00-01-02-01|a="\,b=2)");
  EXPECT_EQ(trace(R"({"traceparent":"p","idempotency":{},"tracestate":"s"})"), "p|") << "not behind it: not the codec's";
  EXPECT_EQ(trace(R"({"traceparent":"p","moved_to":{"traceparent":"q","tracestate":"s"}})"), "p|");
  for (const char* none : {"", "{}", R"({"traceparent":7})", R"({"traceparent":"p)", R"({"traceparent":"p\u0041"})",
                           R"({"traceparent":"p\)", R"({"name_prefix":"\"traceparent\":\"p\""})"}) {
    EXPECT_EQ(trace(none), "|") << none;
  }
  EXPECT_EQ(trace(R"({"traceparent":"p","tracestate":"s\n"})"), "p|");
}

TEST(Message, that_is_too_long_is_no_record) {
  EXPECT_TRUE(read(headers_of(whole(), kLog), std::string(kRecordValueBytesMax, 'x')).record);
  EXPECT_FALSE(read(headers_of(whole(), kLog), std::string(kRecordValueBytesMax + 1, 'x')).record);
}

TEST(Message, of_who_asks_for_the_end_is_a_mark) {
  const FoundRecord mark = read(headers_of_mark(RecordId{{3}}, kLog), {});
  EXPECT_TRUE(mark.is_mark);
  EXPECT_FALSE(mark.record || mark.previous);
  EXPECT_FALSE(read(headers_of(whole(), kLog), "{}").is_mark);
}

/// By hand: there is no other text in it than names and values.
std::vector<std::string> kept_words() {
  std::ifstream file("tests/fixtures/events/log.confirmed.v1.json");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::vector<std::string> words;
  for (std::size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 1)) {
    const std::size_t end = text.find('"', at + 1);
    words.push_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return words;
}

TEST(Message, that_is_a_mark_of_an_earlier_version_is_known_as_one) {
  const auto words = kept_words();
  Headers headers;
  for (std::size_t i = 1; i + 1 < words.size(); i += 2) headers.emplace_back(words[i], words[i + 1]);
  ASSERT_EQ(headers.size(), 4U);
  const FoundRecord found = read(headers, "");
  EXPECT_TRUE(found.is_mark);
  EXPECT_FALSE(found.record);
}

}  // namespace
}  // namespace dialin::log::kafka
