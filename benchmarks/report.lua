-- For wrk: the figures of a run as one JSON line.
done = function(summary, latency, requests)
  local failed = summary.errors
  print(string.format('{"p50_ms": %.3f, "p95_ms": %.3f, "a_second": %.1f, "requests": %d, "failed": %d}',
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, summary.requests / summary.duration * 1e6,
    summary.requests, failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
