#include "api/cli/options/serve_options.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include "api/cli/options/sip_domain.h"

namespace dialin::cli {
namespace {

/// `HOST:PORT`, an IPv6 host in square brackets.
bool split_listen(const std::string& listen, ServeOptions& options) {
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  options.host = listen.substr(0, colon);
  if (options.host.front() == '[' && options.host.back() == ']') options.host = options.host.substr(1, options.host.size() - 2);
  const char* end = listen.data() + listen.size();
  const auto [stop, error] = std::from_chars(listen.data() + colon + 1, end, options.port);
  return error == std::errc{} && stop == end && !options.host.empty();
}

}  // namespace

Parsed<ServeOptions> read_serve_options(const std::vector<std::string>& arguments) {
  ServeOptions options;
  std::string listen = "127.0.0.1:8080";
  std::string log = "embedded";
  std::string confirm = "offset";
  CommandLine line("serve", "Serve the API: views in DATA/views; the log in DATA/log, or on Kafka with a copy there.");
  KafkaWords kafka(line);
  line.option("--data", options.data, "directory of the log and the views; made when missing").required();
  line.option("--listen", listen, "HOST:PORT to take requests on; port 0 is any free one");
  line.option("--keys", options.keys, "file of API keys [DATA/keys.json]");
  line.option("--keyring", options.keyring, "file of the keys that seal secrets [DATA/keyring.json]");
  line.option("--signing-key", options.signing_key, "file of the key that signs what GET /checkpoint gives ['dialin checkpoint init']");
  line.flag("--read-only", options.read_only, "serve a DATA that nothing is written to, such as one that 'dialin replay' made");
  line.option("--from-snapshot", options.from_snapshot, "a directory that 'dialin snapshot' made: a new DATA begins with what is in it");
  line.flag("--dev", options.dev, "for trying it out: make missing keys and key ring, a tenant 'dev', and print its key");
  line.option("--log", log, "where the log is").one_of({"embedded", "kafka"});
  line.option("--advertise", options.advertise, "http(s)://HOST:PORT where other nodes on the same log reach this one [where it listens]");
  line.option("--node", options.node, "this node's name in the log [--advertise without its scheme]");
  line.option(
          "--confirm", confirm,
          "how the end of a log on Kafka is asked for: 'offset' is fast; 'append' writes a small record, which leaves no window in which "
          "a broker that was cut off may answer from the past")
      .one_of({"offset", "append"});
  line.option("--sip-domain", options.sip_domain,
              "the domain of the sip_uri of new configs: a host's name or address, with :PORT or without");
  line.flag("--allow-sip-only", options.allow_sip_only, "let a pinless config be without phone_number");
  line.option("--threads", options.threads, "io threads; 0 is as many as cores").range(0, 256);
  line.option("--queue-max", options.queue_max, "writes waiting at most; one more is answered 503").range(1, 1'000'000);
  line.option("--connections-max", options.connections_max,
              "connections at most; one more takes the place of an idle one, or is answered 503")
      .range(1, 1'000'000);
  line.option("--connections-per-address", options.connections_per_address,
              "connections of one address at most, IPv6: of its first 64 bits; one more is answered 503; 0 is as many as there may be [a "
              "quarter of the connections that are taken; of loopback all]")
      .range(0, 1'000'000);
  line.option("--body-bytes-max", options.body_bytes_max, "bytes of a request body at most; more is answered 413").range(1024, 256 * 1024);
  LimitWords limits(line);
  MusicWords music(line);
  TlsWords tls(line);
  LineWords lines(line);
  GuardWords guard(line);
  line.footer(
      "\nStops on SIGTERM or SIGINT: requests in flight are answered, 10 s at most. Keys, key ring, certificate and its key are\n"
      "followed: a change of their files counts within 2 s; on SIGHUP they are read at once, and what came of it is said.");
  if (const auto end = line.parse(arguments)) return *end;
  if (options.read_only && (log == "kafka" || options.dev || !options.from_snapshot.empty() || !options.signing_key.empty()))
    return line.wrong_use(
        "--read-only goes without --log kafka, --dev, --from-snapshot and --signing-key: it serves what lies in DATA, and writes nothing");
  if (!split_listen(listen, options)) return line.wrong_use("--listen must be HOST:PORT, as in 127.0.0.1:8080");
  if (log == "kafka") {
    if (const auto why = kafka.read(options.kafka); !why.empty()) return line.wrong_use(why);
  } else {
    // Else a node that is meant to join a log founds one of its own, and serves.
    const bool is_named = line.is_given("--log");
    if (const auto why = kafka.read_without_kafka(is_named); !why.empty()) return line.wrong_use(why);
    if (confirm == "append" && (line.times_typed("--confirm") > 0 || !is_named))
      return line.wrong_use("--confirm append goes with --log kafka: it asks brokers where the log ends");
  }
  if (!is_sip_domain(options.sip_domain))
    return line.wrong_use(
        "--sip-domain must be a host's name or address, as in sip.example.com, 192.0.2.1 or [2001:db8::1], with :PORT or without");
  if (const auto why = limits.read(options.limits); !why.empty()) return line.wrong_use(why);
  if (const auto why = music.read(options.hold_music); !why.empty()) return line.wrong_use(why);
  if (const auto why = tls.read(options.host, options.tls); !why.empty()) return line.wrong_use(why);
  if (!options.advertise.empty() && !options.advertise.starts_with("https://")) {
    if (options.tls.is_on()) return line.wrong_use("--advertise must be https://HOST:PORT where TLS is spoken");
    if (!options.advertise.starts_with("http://")) return line.wrong_use("--advertise must be http://HOST:PORT, or https://HOST:PORT");
  }
  if (options.keys.empty()) options.keys = options.data + "/keys.json";
  if (options.keyring.empty()) options.keyring = options.data + "/keyring.json";
  if (options.threads == 0) options.threads = std::max(1U, std::thread::hardware_concurrency());
  options.lines = lines.read();
  options.guard = guard.read();
  options.confirms_by_append = confirm == "append";
  return options;
}

}  // namespace dialin::cli
