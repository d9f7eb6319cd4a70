// What a node needs before it serves anything, and what it says when that is not there.

#include "api/cli/serve/node.h"

#include <gtest/gtest.h>

#include <fstream>

#include "api/cli/command.h"
#include "api/cli/temp_dir.h"
#include "domain/event_log.h"
#include "infra/codec/json_codec.h"
#include "infra/crypto/api_key_file.h"
#include "infra/crypto/key_ring_file.h"
#include "infra/crypto/system_random.h"
#include "infra/log/embedded_log.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::test {
namespace {

struct Nodes : testing::Test {
  Nodes() {
    options.data = dir.path("data");
    options.host = "127.0.0.1";
    options.keys = dir.path("keys.json");
    options.keyring = dir.path("keyring.json");
    options.threads = 1;
    options.lines.level = "error";
    options.guard.sandbox = false;  // the tests that come behind are in the same process
    EXPECT_TRUE(crypto::add_api_key(options.keys, "acme", crypto::kAllScopes, now));
    EXPECT_TRUE(crypto::init_key_ring(options.keyring, now));
  }
  /// The sentence with which the node refuses to start; empty when it does start.
  std::string refusal() const {
    const auto node = cli::Node::open(options);
    return node ? "" : node.error().text;
  }
  /// A creation as a node would have stored it, its secret sealed under `key_id`.
  void store_secret(const std::string& key_id) const;
  /// What `dialin verify` ends with and prints on stdout.
  std::pair<int, std::string> verify() const {
    testing::internal::CaptureStdout();
    const int status = cli::run({"verify", "--data", options.data});
    return {status, testing::internal::GetCapturedStdout()};
  }

  const TempDir dir;
  const Instant now{1'800'000'000'000'000};
  cli::ServeOptions options;
};

void Nodes::store_secret(const std::string& key_id) const {
  log::PosixFiles files;
  telemetry::SystemClock clock;
  crypto::SystemRandom random;
  codec::JsonCodec codec;
  telemetry::PrometheusTelemetry telemetry({.version = "test", .level = Level::error});
  std::filesystem::create_directories(options.data);
  log::EmbeddedOptions at;
  at.dir = options.data + "/log";
  auto opened = log::EmbeddedLog::open(at, {files, clock, random, codec, telemetry});
  ASSERT_TRUE(opened);
  Event event;
  event.tenant = tenant_id_of("acme");
  event.config_id.bytes.fill(7);
  event.version = {1};
  event.config.phone_number = PhoneNumber::parse("+12555599999").value();
  event.config.hmac = Sealed{key_id, std::string(60, 's'), "0123456789abcdef"};
  event.changed = set_properties(event.config);
  event.actor = "key_1";
  event.request_id = "request";
  std::vector<Record> group(1);
  group[0].type = record_type_of(event.name);
  group[0].tenant = event.tenant;
  group[0].config = event.config_id;
  group[0].time = next_time(clock.now(), (*opened)->end().time);
  codec.encode(event, group[0].value);
  bool stored = false;
  (*opened)->append(group, [&](Result<Tail, LogError> tail) { stored = tail.has_value(); });
  ASSERT_TRUE(stored);
}

TEST_F(Nodes, serve_on_any_free_port_and_stop_once) {
  auto node = cli::Node::open(options);
  ASSERT_TRUE(node) << node.error().text;
  (*node)->start();
  EXPECT_EQ((*node)->url().rfind("http://127.0.0.1:", 0), 0u);
  EXPECT_NE((*node)->url(), "http://127.0.0.1:0");
  (*node)->stop();
  (*node)->stop();
  node->reset();
  EXPECT_EQ(verify().first, cli::kDone);
}

TEST_F(Nodes, want_keys_and_key_ring_and_say_what_makes_them) {
  std::filesystem::remove(options.keyring);
  EXPECT_NE(refusal().find("dialin keyring init " + options.keyring), std::string::npos) << refusal();
  ASSERT_TRUE(crypto::init_key_ring(options.keyring, now));
  std::filesystem::remove(options.keys);
  EXPECT_NE(refusal().find("dialin keys add --file " + options.keys), std::string::npos) << refusal();
  EXPECT_FALSE(std::filesystem::exists(options.data)) << "nothing was made";
}

TEST_F(Nodes, refuse_a_log_whose_secrets_the_ring_cannot_open) {
  store_secret("seal_lost");
  EXPECT_NE(refusal().find("seal_lost"), std::string::npos);
  EXPECT_NE(refusal().find("seal_lost"), std::string::npos) << "the second time, too: the views are in step by then";
}

TEST_F(Nodes, refuse_data_that_another_process_has) {
  const auto first = cli::Node::open(options);
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_NE(refusal().find(options.data + "/log is in use by process"), std::string::npos) << refusal();
}

TEST_F(Nodes, refuse_views_of_another_log) {
  ASSERT_EQ(refusal(), "");
  std::filesystem::remove_all(options.data + "/log");
  EXPECT_NE(refusal().find(options.data + "/views"), std::string::npos) << refusal();
  std::filesystem::remove_all(options.data + "/views");
  EXPECT_EQ(refusal(), "");
}

TEST_F(Nodes, refuse_a_damaged_log_and_name_the_record) {
  ASSERT_EQ(refusal(), "");
  ASSERT_EQ(refusal(), "") << "the second opening appends a record, so that the first ones are below the synced mark";
  std::string segment;
  for (const auto& file : std::filesystem::directory_iterator(options.data + "/log")) {
    if (file.file_size() > 1000 && (segment.empty() || file.path().string() < segment)) segment = file.path().string();
  }
  std::fstream bytes(segment, std::ios::in | std::ios::out | std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(bytes)), {});
  const auto at = content.find("dialin.log.opened.v1");
  ASSERT_NE(at, std::string::npos);
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put('D');
  bytes.close();
  EXPECT_NE(refusal().find("record 2"), std::string::npos) << refusal();
  const auto [status, printed] = verify();
  EXPECT_EQ(status, cli::kNotSo);
  EXPECT_NE(printed.find("record 2"), std::string::npos) << printed;
}

}  // namespace
}  // namespace dialin::test
