#pragma once
// Port: figures for operators (GET /metrics) and lines for the log. Implemented by infra/telemetry (prometheus-cpp, spdlog). Any thread;
// cheap enough for every request. One list of metrics, so that their names stand in one place (infra/telemetry/metric_names.cc).

#include <cstdint>
#include <string>
#include <string_view>

namespace dialin {

struct AnsweredRequest;

enum class Counter : std::uint8_t {
  events_appended,  ///< records of configs made durable here
  groups_appended,
  writes_refused_full,   ///< 503 because the writer's queue was full
  writes_refused_share,  ///< 503 because their tenant held its share of it
  idempotent_replays,
  authentication_failures,
  authentication_failures_bounded,  ///< of these, 429 because too many came from the address
  requests_rate_limited,
  connections_accepted,
  connections_refused,          ///< 503, or not a word, because too many were open
  connections_refused_address,  ///< the same, because their address had as many as it may have
  connections_made_room,        ///< closed while they waited, because there were too many
  connections_timed_out,
  stream_events_sent,
  slow_reads_refused,  ///< 503 because the queue of slow reads was full, or they waited too long
  music_fit,           ///< callers told so of a hold_music_url
  music_unfit,
  music_unjudged,  ///< 503 because too many were being looked at
  music_known,     ///< of all these, told from what was found before
  view_apply_failures,
  log_append_failures,
  log_damage_met,  ///< reads of records that do not match their hash
  lines_dropped,   ///< of stderr: nobody read them in time
  figures_failed,  ///< that were to be looked up (looked_figure.h) and could not be had
  log_strays,
  writes_forwarded,
  tls_handshakes_full,
  tls_handshakes_resumed,
  tls_handshakes_failed,
  tls_handshakes_plain,  ///< a request in the clear came instead of one
  forwards_refused,      ///< 403 because who says that it is a node has not shown a node's certificate
};
enum class Gauge : std::uint8_t {
  log_end,
  applied,
  lag_records,  ///< as /readyz tells it
  write_queue_depth,
  write_queue_max,
  connections_open,
  connections_max,
  streams_open,
  slow_read_queue_depth,
  music_waiting,
  music_running,
  chain_ahead_of_clock_seconds,
  ready,
  halted,               ///< the log under this node is not the one that it was
  views_rebuilding,     ///< those of a newer schema are being built
  views_rebuild_waits,  ///< for room, or for another try
  leads,
  term,
  tls_certificate_expires,  ///< in seconds since 1970
};
enum class Histogram : std::uint8_t { append_seconds, apply_seconds, music_seconds, group_records };

enum class Level : std::uint8_t { debug, info, warning, error };

class Telemetry {
 public:
  virtual ~Telemetry() = default;
  /// One line for the operator, on stderr. Never a secret, a key or a body.
  virtual void say(Level level, std::string_view line) = 0;
  virtual void add(Counter counter, std::uint64_t amount = 1) = 0;
  virtual void set(Gauge gauge, double value) = 0;
  virtual void observe(Histogram histogram, double value) = 0;
  /// A request is done with: counts it, and writes its line without ever waiting for who reads the lines.
  virtual void answered(const AnsweredRequest& request) = 0;
  /// Prometheus text format, version 0.0.4.
  virtual std::string expose() const = 0;
};

}  // namespace dialin
