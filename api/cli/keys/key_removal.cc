#include "api/cli/keys/key_removal.h"

#include <algorithm>
#include <iostream>
#include <thread>

#include "api/cli/command.h"
#include "api/cli/keys/key_use.h"
#include "infra/crypto/key_ring_file.h"
#include "infra/log/kafka/copy.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::cli {
namespace {

NotRemoved refused(std::string text) {
  return {kNotSo, std::move(text)};
}

/// `rotated`: since when the key no longer seals.
void wait_until_it_seals_no_more(Instant rotated, std::chrono::seconds most) {
  const std::chrono::microseconds since{std::max<std::int64_t>(0, telemetry::SystemClock{}.now().us - rotated.us)};
  if (since >= most) return;
  std::cerr << "the key sealed until a moment ago: waiting until every server has seen that it does so no more\n";
  std::this_thread::sleep_for(most - since);
}

/// What the log says against it.
std::optional<NotRemoved> why_not(const KeyringOptions& options, const crypto::KeyRingContent& ring) {
  const auto uses = uses_of_keys(*options.log);
  if (!uses) return NotRemoved{uses.error().status, "whether the log needs the key cannot be told: " + uses.error().text};
  if (const KeyUse* use = uses->of(options.key_id)) {
    return refused("the log needs " + options.key_id + ": " + std::to_string(use->records) +
                   " records hold a secret sealed with it, the first is record " + std::to_string(use->first.value) + ", the last record " +
                   std::to_string(use->last.value));
  }
  for (const auto& [id, use] : uses->all()) {
    const auto is_it = [&id = id](const crypto::SealingKey& key) { return key.id == id; };
    if (std::none_of(ring.sealing_keys.begin(), ring.sealing_keys.end(), is_it)) {
      return refused("the log was sealed with " + id + ", which " + options.file + " lacks: it is not the ring of this log");
    }
  }
  if (uses->all().empty()) return refused("no secret of this log was sealed with any key of " + options.file + ": is it the right log?");
  return std::nullopt;
}

}  // namespace

Result<void, NotRemoved> remove_key(const KeyringOptions& options) {
  const auto ring = crypto::read_key_ring(options.file);
  if (!ring) return NotRemoved{kCouldNotRun, ring.error().text};
  if (options.key_id == "fingerprint_key") {
    return refused("the fingerprint key is never removed: fingerprints of one secret stay equal for ever");
  }
  const auto& keys = ring->sealing_keys;
  const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& each) { return each.id == options.key_id; });
  if (key == keys.end()) return refused(options.file + " holds no key " + options.key_id);
  if (key + 1 == keys.end()) return refused(options.key_id + " is the key that seals: rotate first");
  if (!options.log->kafka && log::kafka::is_copy(options.log->data + "/log")) {
    return refused(options.log->data + "/log is a copy of a log on Kafka and may be behind it: name the log with --log kafka");
  }
  wait_until_it_seals_no_more((key + 1)->created_at, options.log->kafka ? kSealsNoMoreOnKafkaAfter : kSealsNoMoreAfter);
  if (auto why = why_not(options, *ring)) return *std::move(why);
  const auto removed = crypto::remove_sealing_key(options.file, options.key_id);
  if (!removed) return NotRemoved{removed.error().code == crypto::FaultCode::failed ? kCouldNotRun : kNotSo, removed.error().text};
  return {};
}

}  // namespace dialin::cli
