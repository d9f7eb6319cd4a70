#include "api/http/live_api.h"

#include <boost/json/parse.hpp>
#include <stdexcept>

#include "infra/crypto/key_ring_file.h"
#include "infra/storage/bulk_store.h"
#include "infra/storage/rocks_store.h"

namespace dialin::http {
namespace {

template <class T, class E>
T must(Result<T, E> result) {
  if (!result) throw std::runtime_error(result.error().text);
  return std::move(*result);
}

}  // namespace

TemporaryDir::TemporaryDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "dialin-http-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = pattern;
}

LiveApi::LiveApi() {
  const std::string keys = dir_ / "keys.json";
  const auto add = [&](const char* tenant, std::uint8_t scopes) {
    return must(crypto::add_api_key(keys, tenant, scopes, clock_.now())).text;
  };
  key_ = add("one", crypto::kAllScopes);
  stranger_ = add("two", crypto::kAllScopes);
  reader_ = add("one", static_cast<std::uint8_t>(Scope::read));
  keys_ = must(crypto::ApiKeys::open(keys, telemetry_));
  must(crypto::init_key_ring(dir_ / "ring.json", clock_.now()));
  ring_ = must(crypto::KeyRing::load(dir_ / "ring.json"));
  log::EmbeddedOptions options;
  options.dir = dir_ / "log";
  options.segment_bytes = 1024 * 1024;
  log_ = must(log::EmbeddedLog::open(options, {files_, clock_, random_, codec_, telemetry_}));
  const projections::ViewStores stores{.open = [](const std::string& dir) { return storage::open_rocks_store(dir); },
                                       .bulk = [](const std::string& dir) { return storage::make_bulk_store(dir); }};
  opened_ = must(projections::open_views(dir_ / "views", *log_, codec_, stores));
  views_ = std::make_unique<projections::Views>(*opened_.store, *log_, codec_);
  projector_ = std::make_unique<projections::Projector>(*opened_.store, codec_, opened_.position);
  watch_ = std::make_unique<service::AppliedWatch>(opened_.position.sequence);
  slow_reads_ = std::make_unique<service::SlowReads>(1, telemetry_);
  hub_ = std::make_unique<EventHub>(EventHub::Ports{*views_, codec_, *keys_, telemetry_}, kThreads, opened_.position.sequence);
  const Rules rules;
  writer_ =
      std::make_unique<service::Writer>(service::Writer::Ports{*log_, *opened_.store, *projector_, *views_, codec_, clock_, telemetry_},
                                        rules, service::WriterLimits{}, std::vector<service::AppliedObserver*>{watch_.get(), hub_.get()});
  api_ = std::make_unique<Api>(Wiring{*writer_, *views_, *watch_, *log_, *keys_, *ring_, random_, clock_, codec_, telemetry_, *slow_reads_,
                                      *hub_, rules, "{\"openapi\":1}", "{\"asyncapi\":1}", [this] { return reasons_; }});
  ServerOptions server;
  server.port = 0;
  server.threads = kThreads;
  server_ = std::make_unique<Server>(server, *api_, telemetry_);
  hub_->connect([this](std::size_t thread, std::function<void()> work) { server_->post(thread, std::move(work)); });
  server_->start();
}

LiveApi::~LiveApi() {
  server_->drain();
  slow_reads_->stop();
  writer_->stop();
}

ReadAnswer LiveApi::call(std::string_view method, std::string_view target, std::string_view body, std::string_view headers) const {
  return call_as(key_, method, target, body, headers);
}

ReadAnswer LiveApi::call_as(const std::string& who, std::string_view method, std::string_view target, std::string_view body,
                            std::string_view headers) const {
  std::string request = std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\nHost: x\r\n";
  if (!who.empty()) request += "Authorization: Bearer " + who + "\r\n";
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  request.append(headers).append("\r\n").append(body);
  Client client(server_->port());
  client.send(request);
  return client.read_answer(method == "HEAD");
}

std::string LiveApi::make_pin(const std::string& name) const {
  const ReadAnswer made = call("POST", "/domain-dialin-config", R"({"type":"pin_dialin","name_prefix":")" + name + "\"}");
  EXPECT_EQ(outcome(made), "200");
  return std::string(json_of(made).at("id").as_string());
}

std::unique_ptr<Client> LiveApi::open_stream(std::string_view query, std::string_view headers) const {
  auto client = std::make_unique<Client>(server_->port());
  client->send("GET /events/stream" + std::string(query) + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key_ + "\r\n" +
               std::string(headers) + "\r\n");
  const std::string head = client->read_until("\r\n\r\n");
  EXPECT_EQ(head.substr(0, 15), "HTTP/1.1 200 OK") << head;
  return client;
}

boost::json::value json_of(const ReadAnswer& answer) {
  return boost::json::parse(answer.body);
}

std::string outcome(const ReadAnswer& answer) {
  std::string text = std::to_string(answer.status);
  if (answer.status >= 400) text += ' ' + std::string(json_of(answer).at("error").as_string());
  return text;
}

}  // namespace dialin::http
