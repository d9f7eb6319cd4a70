-- What a run gave, as one line of JSON.
function done(summary, latency)
  io.write(string.format(
    '\nREPORT {"per_s": %.1f, "p50_us": %.1f, "p99_us": %.1f, "errors": %d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
