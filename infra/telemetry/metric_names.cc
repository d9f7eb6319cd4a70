#include "infra/telemetry/metric_names.h"

#include <array>
#include <cstdlib>

namespace dialin::telemetry {
namespace {

constexpr std::string_view kHandshakes = "dialin_tls_handshakes_total";
constexpr std::string_view kHandshakesHelp =
    "TLS handshakes by how they ended: in full, resumed by a ticket, failed, or plain, a request in the clear.";
constexpr std::string_view kMusicChecks = "dialin_hold_music_checks_total";
constexpr std::string_view kMusicChecksHelp = "URLs of hold music that were checked for callers, by outcome.";

/// From 100 microseconds, which is a read, to 30 seconds, which nothing may take.
constexpr std::array<double, 17> kSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                             0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30};
constexpr std::array<double, 11> kRecords = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
static_assert(kSeconds.size() <= kBounds_max && kRecords.size() <= kBounds_max);

}  // namespace

// No default in these: a figure without a name does not compile.

MetricName name_of(Counter counter) {
  switch (counter) {
    case Counter::events_appended:
      return {"dialin_events_appended_total", "Events of configs that this node made durable."};
    case Counter::groups_appended:
      return {"dialin_groups_appended_total", "Groups of records that this node made durable, each by one sync."};
    case Counter::writes_refused_full:
      return {"dialin_writes_refused_total", "Writes answered 503 because the writer's queue was full."};
    case Counter::writes_refused_share:
      return {"dialin_writes_refused_share_total",
              "Writes answered 503 because their tenant had as many waiting as there were places left."};
    case Counter::idempotent_replays:
      return {"dialin_idempotent_replays_total", "Writes answered from what their Idempotency-Key had stored before."};
    case Counter::authentication_failures:
      return {"dialin_authentication_failures_total", "Requests without a good key."};
    case Counter::authentication_failures_bounded:
      return {"dialin_authentication_failures_bounded_total",
              "Requests without a good key answered 429, because too many came from their address."};
    case Counter::requests_rate_limited:
      return {"dialin_requests_rate_limited_total", "Requests answered 429 because their key was over its rate limit."};
    case Counter::connections_accepted:
      return {"dialin_connections_accepted_total", "Connections taken."};
    case Counter::connections_refused:
      return {"dialin_connections_refused_total", "Connections answered 503, or closed at once, because too many were open."};
    case Counter::connections_refused_address:
      return {"dialin_connections_refused_address_total",
              "Connections answered 503, or closed at once, because their address had as many as it may have."};
    case Counter::connections_made_room:
      return {"dialin_connections_made_room_total",
              "Connections without a request closed to make room for others, because too many were open."};
    case Counter::connections_timed_out:
      return {"dialin_connections_timed_out_total", "Connections closed because the peer was too slow."};
    case Counter::stream_events_sent:
      return {"dialin_stream_events_sent_total", "Events sent to readers of change streams."};
    case Counter::slow_reads_refused:
      return {"dialin_slow_reads_refused_total", "Reads answered 503 because the queue of slow reads was full or moved too slowly."};
    case Counter::music_fit:
      return {kMusicChecks, kMusicChecksHelp, "outcome", "fit"};
    case Counter::music_unfit:
      return {kMusicChecks, kMusicChecksHelp, "outcome", "unfit"};
    case Counter::music_unjudged:
      return {kMusicChecks, kMusicChecksHelp, "outcome", "unjudged"};
    case Counter::music_known:
      return {"dialin_hold_music_known_total",
              "Checks of hold music that were answered from what was found before, without asking its server."};
    case Counter::view_apply_failures:
      return {"dialin_view_apply_failures_total", "Groups that the views' store could not take at once."};
    case Counter::log_append_failures:
      return {"dialin_log_append_failures_total", "Groups that the log did not take."};
    case Counter::log_damage_met:
      return {"dialin_log_damage_met_total",
              "Reads of a record by its sequence that met damage in the log; the line on stderr names the first record that is not sound."};
    case Counter::figures_failed:
      return {"dialin_figures_failed_total", "Figures that could not be looked up for /metrics, which then lacks them."};
    case Counter::log_strays:
      return {"dialin_log_strays_total", "Records of the log that are not on the chain, and were skipped."};
    case Counter::writes_forwarded:
      return {"dialin_writes_forwarded_total", "Writes that came here and were sent on to the node that leads."};
    case Counter::tls_handshakes_full:
      return {kHandshakes, kHandshakesHelp, "outcome", "full"};
    case Counter::tls_handshakes_resumed:
      return {kHandshakes, kHandshakesHelp, "outcome", "resumed"};
    case Counter::tls_handshakes_failed:
      return {kHandshakes, kHandshakesHelp, "outcome", "failed"};
    case Counter::tls_handshakes_plain:
      return {kHandshakes, kHandshakesHelp, "outcome", "plain"};
    case Counter::forwards_refused:
      return {"dialin_forwards_refused_total",
              "Requests answered 403 because they claim to come from a node, without a node's certificate."};
    case Counter::lines_dropped:
      return {"dialin_lines_dropped_total", "Lines for stderr that nobody read in time."};
  }
  std::abort();
}

MetricName name_of(Gauge gauge) {
  switch (gauge) {
    case Gauge::log_end:
      return {"dialin_log_end_sequence", "Sequence of the last record of the log."};
    case Gauge::applied:
      return {"dialin_applied_sequence", "Sequence of the last record that the views reflect."};
    case Gauge::lag_records:
      return {"dialin_lag_records",
              "Records of the log that the views do not reflect yet, and of a topic, those that this node has not read yet."};
    case Gauge::write_queue_depth:
      return {"dialin_write_queue_depth", "Writes that wait for the writer."};
    case Gauge::write_queue_max:
      return {"dialin_write_queue_max", "Writes that may wait for the writer."};
    case Gauge::connections_open:
      return {"dialin_connections_open", "Connections that are open."};
    case Gauge::connections_max:
      return {"dialin_connections_max", "Connections that may be open."};
    case Gauge::streams_open:
      return {"dialin_streams_open", "Change streams that are open."};
    case Gauge::slow_read_queue_depth:
      return {"dialin_slow_read_queue_depth", "Reads that wait for a thread that may take long."};
    case Gauge::music_waiting:
      return {"dialin_hold_music_waiting", "URLs of hold music that wait to be looked at."};
    case Gauge::music_running:
      return {"dialin_hold_music_running", "URLs of hold music that are being looked at."};
    case Gauge::chain_ahead_of_clock_seconds:
      return {"dialin_chain_ahead_of_clock_seconds", "How far the time of the last record is ahead of this machine's clock."};
    case Gauge::ready:
      return {"dialin_ready", "1 when /readyz says so, else 0."};
    case Gauge::halted:
      return {"dialin_halted", "1 when the topic is not the log that it was, and this node goes no further, else 0."};
    case Gauge::views_rebuilding:
      return {"dialin_views_rebuilding", "1 while views of a newer schema are built beside those that serve, else 0."};
    case Gauge::views_rebuild_waits:
      return {"dialin_views_rebuild_waits", "1 while they are not built, for want of room or another trouble that /readyz names, else 0."};
    case Gauge::leads:
      return {"dialin_leads", "1 when this node leads a log that nodes share, else 0."};
    case Gauge::term:
      return {"dialin_term", "Term of the lead of a log that nodes share, as this node knows it."};
    case Gauge::tls_certificate_expires:
      return {"dialin_tls_certificate_expires_seconds", "When the certificate in force expires, in seconds since 1970; 0 without TLS."};
  }
  std::abort();
}

MetricName name_of(Histogram histogram) {
  switch (histogram) {
    case Histogram::append_seconds:
      return {"dialin_append_seconds", "Making a group durable in the log."};
    case Histogram::apply_seconds:
      return {"dialin_apply_seconds", "Applying a group to the views."};
    case Histogram::music_seconds:
      return {"dialin_hold_music_check_seconds", "From a caller's URL of hold music to the verdict on it."};
    case Histogram::group_records:
      return {"dialin_group_records", "Records in a group."};
  }
  std::abort();
}

std::span<const double> bounds_of(Histogram histogram) {
  switch (histogram) {
    case Histogram::append_seconds:
    case Histogram::apply_seconds:
    case Histogram::music_seconds:
      return kSeconds;
    case Histogram::group_records:
      return kRecords;
  }
  std::abort();
}

std::span<const double> request_bounds() {
  return kSeconds;
}

}  // namespace dialin::telemetry
