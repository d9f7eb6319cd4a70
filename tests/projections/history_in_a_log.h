#pragma once
// A real log on disk with a history of random commands in it, and what the domain's fold says that history adds up to.

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "domain/decide.h"
#include "domain/given.h"
#include "domain/ledger.h"
#include "infra/codec/json_codec.h"
#include "infra/crypto/system_random.h"
#include "infra/log/embedded_log.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::projections {

class HistoryInALog : public Known {
 public:
  HistoryInALog(const std::string& dir, unsigned seed);

  /// Decides `commands` random ones on some configs and few numbers of two tenants, and appends what they decide.
  void happen(int commands);
  /// Decides this one and appends what it decides.
  void happen(const Command& command);

  EventLog& log() { return *log_; }
  const codec::JsonCodec& codec() const { return codec_; }
  /// How many there have been: given::config(1) up to this one.
  unsigned configs() const { return static_cast<unsigned>(versions_.size()); }
  const Ledger& fold() const { return ledger_; }

  const ConfigState* state(const TenantId& tenant, const ConfigId& id) override;
  std::optional<Holder> holder(const PhoneNumber& number) override;
  std::optional<Config> past(const TenantId& tenant, const ConfigId& id, Version version) override;

 private:
  Command random_command();
  void append(Decided events);

  std::mt19937 random_;
  codec::JsonCodec codec_;
  crypto::SystemRandom bytes_;
  telemetry::SystemClock clock_;
  telemetry::PrometheusTelemetry telemetry_{{.version = "test", .level = Level::error}};
  log::PosixFiles files_;
  std::unique_ptr<log::EmbeddedLog> log_;
  Ledger ledger_;
  std::map<ConfigId, std::vector<Config>> versions_;
};

}  // namespace dialin::projections
