// Events as people read them: no text of a caller's does anything to a terminal, and no secret is in it.

#include "api/cli/terminal/event_text.h"

#include <gtest/gtest.h>

#include "api/cli/terminal/progress.h"
#include "infra/codec/json_codec.h"

namespace dialin::test {
namespace {

std::string printable(std::string_view text) {
  std::string out;
  cli::append_printable(text, out);
  return out;
}

TEST(EventText, shows_what_is_harmless_as_it_is) {
  for (const char* text : {"", "Front desk", "Zürich – 東京 ☎ 🙂", "a'b/c?d=e&f"}) EXPECT_EQ(printable(text), text);
}

TEST(EventText, escapes_what_a_terminal_would_obey) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\\u{1b}[31mb");
  EXPECT_EQ(printable("\n\r\t\x07\x7f"), "\\u{a}\\u{d}\\u{9}\\u{7}\\u{7f}");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u{9b}") << "a control sequence's beginning, in 8 bits";
  EXPECT_EQ(printable("\xf3\xa0\x80\x81"), "\\u{e0001}") << "what is not seen at all";
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\u{202e}") << "what turns the direction of writing";
  EXPECT_EQ(printable("\xef\xbb\xbf"), "\\u{feff}");
  EXPECT_EQ(printable("\"\\"), "\\\"\\\\");
}

TEST(EventText, escapes_what_is_no_utf8) {
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("a\xc3"), "a\\xc3");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "too long";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond the last";
}

Event updated() {
  Event event;
  event.name = EventName::updated;
  event.tenant = *TenantId::parse("00000000-0000-0000-0000-000000000001");
  event.config_id = *ConfigId::parse("00000000-0000-0000-0000-000000000002");
  event.version = {4};
  event.config.name_prefix = "Desk\x1b";
  event.config.hmac = Sealed{"key-1", "the sealed box", "0011223344556677"};
  event.before.hmac = Sealed{"key-1", "the older box", "8899aabbccddeeff"};
  event.changed = set_properties(event.config);
  event.actor = "key_1";
  event.request_id = "r\xc2\x9b";
  event.trace = std::make_shared<const Trace>(Trace{"00-1\x1b", "a=1"});
  event.restored_from = Version{2};
  return event;
}

Record record() {
  Record record;
  record.sequence = {7};
  record.type = record_type_of(EventName::updated);
  record.time = {1'700'000'000'000'001};
  return record;
}

TEST(EventText, tells_what_changed_from_what_to_what) {
  std::string out;
  const Event event = updated();
  cli::append_event_text(record(), &event, codec::JsonCodec(), out);
  EXPECT_EQ(out,
            "7  2023-11-14T22:13:20.000001Z  ConfigUpdated  00000000-0000-0000-0000-000000000002  v4  pinless_dialin\n"
            "     tenant 00000000-0000-0000-0000-000000000001  actor key_1  request r\\u{9b}  trace 00-1\\u{1b}  restored from v2\n"
            "     name_prefix: (none) → \"Desk\\u{1b}\"\n"
            "     hmac: fingerprint 8899aabbccddeeff → fingerprint 0011223344556677\n");
}

TEST(EventText, in_json_is_the_event_as_rest_shows_it_with_its_tenant) {
  std::string shown;
  std::string out;
  const Event event = updated();
  codec::JsonCodec().show(record(), event, shown);
  cli::append_event_json(record(), &event, codec::JsonCodec(), out);
  EXPECT_EQ(out.find("box"), std::string::npos);
  ASSERT_NE(out.find("r\\u009b"), std::string::npos) << "which in JSON is the same text";
  out.replace(out.find("\\u009b"), 6, "\xc2\x9b");
  EXPECT_EQ(out, shown.substr(0, shown.size() - 1) + R"(,"tenant":"00000000-0000-0000-0000-000000000001"})"
                                                     "\n");
}

TEST(EventText, of_the_logs_own_records_says_what_they_say) {
  Record opened = record();
  opened.type = kLogOpened;
  codec::JsonCodec().encode(LogOpened{"n\x1b", "http://n:1", 3, {}}, opened.value);
  std::string out;
  cli::append_event_text(opened, nullptr, codec::JsonCodec(), out);
  EXPECT_EQ(out, "7  2023-11-14T22:13:20.000001Z  dialin.log.opened.v1  node \"n\\u{1b}\"  url \"http://n:1\"  term 3\n");
  Record later = record();
  later.type = "dialin.config.\x9b.v9";
  later.value = "{\"secret\":1}";
  out.clear();
  cli::append_event_text(later, nullptr, codec::JsonCodec(), out);
  cli::append_event_json(later, nullptr, codec::JsonCodec(), out);
  EXPECT_NE(out.find("dialin.config.\\x9b.v9"), std::string::npos);
  EXPECT_EQ(out.find("secret"), std::string::npos) << "what is not known may be anything";
}

TEST(Progress, says_share_number_rate_and_what_is_left) {
  using std::chrono::seconds;
  EXPECT_EQ(cli::progress_line(0.25, 1'234'567, "records", seconds(10)), " 25 %  1,234,567 records  123,456/s  30 s left");
  EXPECT_EQ(cli::progress_line(1, 12, "records", seconds(4)), "100 %  12 records  3/s  0 s left");
  EXPECT_EQ(cli::progress_line(0.001, 5, "configs", seconds(1)), "  0 %  5 configs  5/s") << "too early to say";
  EXPECT_EQ(cli::progress_line(0.5, 1000, "records", seconds(5000)), " 50 %  1,000 records  0/s  1 h 23 min left");
  EXPECT_EQ(cli::progress_line(0.5, 0, "records", seconds(0)), " 50 %  0 records  0/s  0 s left");
}

}  // namespace
}  // namespace dialin::test
