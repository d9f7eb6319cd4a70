#include "api/http/node_client.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "api/http/message.h"
#include "api/http/places_under_way.h"

namespace dialin::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Answer = Result<NodeAnswer, NoAnswer>;

constexpr std::uint64_t kBodyBytesMax = 1 << 20;
constexpr std::chrono::seconds kKeptMost{30};  ///< less than a node keeps a silent connection
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// Hop by hop, or made anew by who answers the caller.
constexpr std::array<std::string_view, 7> kNotPassedOn = {"connection",   "keep-alive", "transfer-encoding", "content-length", "date",
                                                          "content-type", "server"};

struct Connection {
  explicit Connection(asio::io_context& io) : stream(io) {}
  beast::tcp_stream stream;
  std::optional<asio::ssl::stream<beast::tcp_stream&>> tls;  ///< over it, where the URL says https
  beast::flat_buffer buffer;
  Clock::time_point used_at{};
  bool is_open = true;      ///< after the last answer
  LeadingNode verified_as;  ///< who it said that it is

  /// Whether the other side has closed it, or says what nobody asked for.
  bool is_stale() {
    char byte = 0;
    const auto got = ::recv(stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return Clock::now() - used_at > kKeptMost || got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
};

NodeAnswer answer_of(beast::http::response<beast::http::string_body>&& got) {
  NodeAnswer answer{got.result_int(), {}, std::string(got[beast::http::field::content_type]), std::move(got.body())};
  for (const auto& field : got) {
    const std::string name(field.name_string());
    const auto is_same = [&](std::string_view kept) { return same_ignoring_case(name, kept); };
    if (std::none_of(kNotPassedOn.begin(), kNotPassedOn.end(), is_same)) answer.headers.emplace_back(name, std::string(field.value()));
  }
  return answer;
}

/// Empty, or why what answered is not the node that leads.
std::string why_not(const LeadingNode& leader, const NodeAnswer& readiness) {
  boost::system::error_code error;
  const auto value = boost::json::parse(readiness.body, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto says = [&](std::string_view name, std::string_view text) {
    const auto* member = object == nullptr ? nullptr : object->if_contains(name);
    return member != nullptr && member->is_string() && std::string_view(member->get_string()) == text;
  };
  const auto* term = object == nullptr ? nullptr : object->if_contains("term");
  const bool is_term = term != nullptr && term->is_number() && term->to_number<std::uint64_t>(error) == leader.term && !error;
  if (says("log", leader.log.text()) && says("node", leader.node) && says("role", "leader") && is_term) return {};
  return "what answers at " + leader.url + " does not say that it is node " + leader.node + ", leading in term " +
         std::to_string(leader.term);
}

}  // namespace

class NodeClient::Loop {
 public:
  Loop(std::shared_ptr<const TlsContext> tls, std::size_t in_flight_max)
      : tls_(std::move(tls)), work_(io_.get_executor()), places_(in_flight_max), thread_([this] { io_.run(); }) {}
  ~Loop() {
    io_.stop();
    thread_.join();
  }

  void begin(asio::awaitable<Answer> errand, const std::optional<TenantId>& tenant, Answered answered) {
    if (const std::string_view why = places_.take(tenant); !why.empty()) return answered(NoAnswer{std::string(why)});
    asio::co_spawn(io_, std::move(errand), [this, tenant, answered = std::move(answered)](const std::exception_ptr& fault, Answer answer) {
      places_.give_back(tenant);
      answered(fault ? Answer(NoAnswer{"the request could not be sent", true}) : std::move(answer));
    });
  }

  asio::awaitable<Answer> carry(LeadingNode leader, NodeRequest request) {
    for (bool is_again = false;; is_again = true) {
      auto connection = take_kept(leader.url);
      const bool is_kept = connection != nullptr;
      if (!is_kept) {
        std::string why;
        connection = co_await connect(leader.url, why);
        if (!connection) co_return NoAnswer{std::move(why)};
      }
      if (connection->verified_as != leader) {
        const Answer readiness = co_await exchange(*connection, readiness_request(), kConnectMost);
        std::string why = readiness ? why_not(leader, *readiness) : readiness.error().why;
        if (!why.empty()) co_return NoAnswer{std::move(why)};
        connection->verified_as = leader;
      }
      Answer answer = co_await exchange(*connection, request, kAnswerMost + request.extra);
      if (answer && connection->is_open) keep(std::move(connection), leader.url);
      // One that is silent is no stale connection, and a new one may wait as long.
      if (answer || answer.error().is_late || is_again || !is_kept || !request.may_be_repeated) co_return answer;
    }
  }

  asio::awaitable<Answer> ask(std::string url) {
    std::string why;
    const auto connection = co_await connect(url, why);
    if (!connection) co_return NoAnswer{std::move(why)};
    co_return co_await exchange(*connection, readiness_request(), kConnectMost);
  }

 private:
  static NodeRequest readiness_request() { return {"GET", "/readyz", {}, {}, true}; }

  struct LookUp {
    explicit LookUp(asio::io_context& io) : end(io, kConnectMost) {}
    asio::steady_timer end;
    boost::system::error_code error = asio::error::timed_out;
    tcp::resolver::results_type found;
  };

  /// All who want a name wait for the same look-up, and no longer than until it has taken kConnectMost: Asio makes one after another, and
  /// one that hangs cannot be ended, and holds up those of other names. Who comes later is told at once. An address waits for no name.
  asio::awaitable<std::shared_ptr<LookUp>> look_up(std::string host, std::uint16_t port_number) {
    const std::string port = std::to_string(port_number);
    boost::system::error_code no_address;
    if (const auto address = asio::ip::make_address(host, no_address); !no_address) {
      const auto known = std::make_shared<LookUp>(io_);
      known->error = {};
      known->found = tcp::resolver::results_type::create({address, port_number}, host, port);
      co_return known;
    }
    std::shared_ptr<LookUp>& under_way = looking_up_[host + ":" + port];
    const bool is_first = under_way == nullptr;
    if (is_first) under_way = std::make_shared<LookUp>(io_);
    const std::shared_ptr<LookUp> mine = under_way;
    if (is_first) {
      resolver_.async_resolve(host, port, [this, mine, name = host + ":" + port](const auto& error, const auto& found) {
        mine->error = error;
        mine->found = found;
        mine->end.cancel();
        looking_up_.erase(name);
      });
    }
    co_await mine->end.async_wait(kAwait);
    co_return mine;
  }

  asio::awaitable<std::unique_ptr<Connection>> connect(std::string url, std::string& why) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https")) {
      why = url + " is no address of a node";
      co_return nullptr;
    }
    const bool is_encrypted = parsed->scheme() == "https";
    const std::uint16_t port = parsed->has_port() ? parsed->port_number() : is_encrypted ? 443 : 80;
    const auto addresses = co_await look_up(parsed->host_address(), port);
    auto connection = std::make_unique<Connection>(io_);
    connection->stream.expires_after(kConnectMost);
    boost::system::error_code error = addresses->error;
    if (!error) std::tie(error, std::ignore) = co_await connection->stream.async_connect(addresses->found, kAwait);
    if (error) {
      why = url + " cannot be reached: " + error.message();
      co_return nullptr;
    }
    connection->stream.socket().set_option(tcp::no_delay(true), error);
    if (is_encrypted) why = co_await encrypt(*connection, parsed->host_address());
    if (is_encrypted && !why.empty()) {
      why = url + " cannot be reached: " + why;
      co_return nullptr;
    }
    co_return connection;
  }

  /// Why not; empty: it is.
  asio::awaitable<std::string> encrypt(Connection& connection, std::string host) {
    // Anew each time: the system's authorities, and the own certificate, change under a process that runs for months.
    const auto context = tls_ ? Result<std::shared_ptr<ssl_ctx_st>, TlsFault>(tls_->calling()) : calling_context({});
    if (!context) co_return context.error().text;
    const auto made = calling_connection(**context, host);
    if (!made) co_return made.error().text;
    connection.tls.emplace(connection.stream, *made);
    const auto [error] = co_await connection.tls->async_handshake(asio::ssl::stream_base::client, kAwait);
    if (!error) co_return std::string();
    std::string why = certificate_fault(**made);
    co_return why.empty() ? error.message() : why;
  }

  template <class Stream>
  static asio::awaitable<boost::system::error_code> speak(Stream& stream, beast::flat_buffer& buffer,
                                                          const beast::http::request<beast::http::string_body>& sent,
                                                          beast::http::response_parser<beast::http::string_body>& parser) {
    auto [error, bytes] = co_await beast::http::async_write(stream, sent, kAwait);
    if (!error) std::tie(error, bytes) = co_await beast::http::async_read(stream, buffer, parser, kAwait);
    co_return error;
  }

  asio::awaitable<Answer> exchange(Connection& connection, const NodeRequest& request, std::chrono::milliseconds most) {
    beast::http::request<beast::http::string_body> sent(beast::http::string_to_verb(request.method), request.target, 11, request.body);
    sent.set(beast::http::field::host, "dialin");
    for (const auto& [name, value] : request.headers) sent.set(name, value);
    sent.prepare_payload();
    connection.stream.expires_after(most);
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(kBodyBytesMax);
    const auto error = connection.tls ? co_await speak(*connection.tls, connection.buffer, sent, parser)
                                      : co_await speak(connection.stream, connection.buffer, sent, parser);
    if (error) co_return NoAnswer{"the answer of the node that leads was lost: " + error.message(), true, error == beast::error::timeout};
    connection.stream.expires_never();
    connection.used_at = Clock::now();
    connection.is_open = parser.keep_alive();
    co_return answer_of(parser.release());
  }

  std::unique_ptr<Connection> take_kept(const std::string& url) {
    if (url != kept_url_) kept_.clear();
    while (!kept_.empty()) {
      auto connection = std::move(kept_.back());
      kept_.pop_back();
      if (!connection->is_stale()) return connection;
    }
    return nullptr;
  }

  void keep(std::unique_ptr<Connection> connection, const std::string& url) {
    if (url != kept_url_) kept_.clear();
    kept_url_ = url;
    // Those that a busier time left behind are taken up by nobody.
    while (!kept_.empty() && kept_.front()->is_stale()) kept_.erase(kept_.begin());
    kept_.push_back(std::move(connection));
  }

  const std::shared_ptr<const TlsContext> tls_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  PlacesUnderWay places_;
  // The loop's thread only.
  tcp::resolver resolver_{io_};
  std::map<std::string, std::shared_ptr<LookUp>> looking_up_;
  std::string kept_url_;
  std::vector<std::unique_ptr<Connection>> kept_;  ///< to kept_url_; the one used last is taken first
  std::thread thread_;
};

NodeClient::NodeClient(std::shared_ptr<const TlsContext> tls, std::size_t in_flight_max)
    : loop_(std::make_unique<Loop>(std::move(tls), in_flight_max)) {}

NodeClient::~NodeClient() = default;

void NodeClient::send(const LeadingNode& leader, NodeRequest request, Answered answered) {
  const std::optional<TenantId> tenant = request.tenant;
  loop_->begin(loop_->carry(leader, std::move(request)), tenant, std::move(answered));
}

void NodeClient::ask_readiness(const std::string& url, Answered answered) {
  loop_->begin(loop_->ask(url), std::nullopt, std::move(answered));
}

}  // namespace dialin::http
