#pragma once
// The whole store behind a real server on a free port: embedded log, views, writer, calls. In a directory of its own that goes with it.

#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "api/http/api.h"
#include "api/http/event_stream.h"
#include "api/http/server.h"
#include "api/http/server_client.h"
#include "api/http/server_fixture.h"
#include "infra/codec/json_codec.h"
#include "infra/crypto/api_keys.h"
#include "infra/crypto/key_ring.h"
#include "infra/crypto/system_random.h"
#include "infra/log/embedded_log.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/system_clock.h"
#include "projections/open_views.h"

namespace dialin::http {

using server_tests::Client;
using server_tests::ReadAnswer;

class TemporaryDir {
 public:
  TemporaryDir();
  ~TemporaryDir() { std::filesystem::remove_all(path_); }
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;
  std::string operator/(const char* name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

class LiveApi : public ::testing::Test {
 protected:
  static constexpr std::size_t kThreads = 2;

  LiveApi();
  ~LiveApi() override;

  /// One request on a connection of its own. `headers` are complete lines.
  ReadAnswer call(std::string_view method, std::string_view target, std::string_view body = {}, std::string_view headers = {}) const;
  /// The same with another key; empty: no Authorization at all.
  ReadAnswer call_as(const std::string& who, std::string_view method, std::string_view target, std::string_view body = {},
                     std::string_view headers = {}) const;
  /// Makes a pin config; its id.
  std::string make_pin(const std::string& name = "desk") const;
  /// A stream that has begun.
  std::unique_ptr<Client> open_stream(std::string_view query = {}, std::string_view headers = {}) const;
  std::uint64_t applied() const { return watch_->applied().value; }

  TemporaryDir dir_;
  server_tests::CountingTelemetry telemetry_;
  telemetry::SystemClock clock_;
  crypto::SystemRandom random_;
  codec::JsonCodec codec_;
  log::PosixFiles files_;
  std::string key_;       ///< of tenant `one`, all scopes
  std::string stranger_;  ///< of tenant `two`
  std::string reader_;    ///< of tenant `one`, read only
  std::unique_ptr<crypto::ApiKeys> keys_;
  std::unique_ptr<crypto::KeyRing> ring_;
  std::unique_ptr<log::EmbeddedLog> log_;
  projections::OpenViews opened_;
  std::unique_ptr<projections::Views> views_;
  std::unique_ptr<projections::Projector> projector_;
  std::unique_ptr<service::AppliedWatch> watch_;
  std::unique_ptr<service::SlowReads> slow_reads_;
  std::unique_ptr<EventHub> hub_;
  std::unique_ptr<service::Writer> writer_;
  std::vector<std::string> reasons_;  ///< not to be ready; set before a call, never during one
  std::unique_ptr<Api> api_;
  std::unique_ptr<Server> server_;
};

boost::json::value json_of(const ReadAnswer& answer);
/// `409 conflict-error`, or the status alone.
std::string outcome(const ReadAnswer& answer);

}  // namespace dialin::http
