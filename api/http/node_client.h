#pragma once
// Speaks HTTP with other nodes of the same log: sends a write on to the node that leads, and asks a node who it is. Connections are kept,
// bounded in number, and every exchange is bounded in time. Over TLS where a node's URL says https. Owns a thread, on which answers are
// told.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/tls_context.h"
#include "domain/ids.h"
#include "domain/result.h"

namespace dialin::http {

/// Who takes writes, as the log says. What is at `url` may be something else by now: it is asked before it is given anybody's key.
struct LeadingNode {
  std::string url;   ///< http://HOST:PORT, or https://
  std::string node;  ///< its name
  LogId log;
  std::uint64_t term = 0;
  friend bool operator==(const LeadingNode&, const LeadingNode&) = default;
};

struct NodeRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool may_be_repeated = false;         ///< sent twice it is carried out once
  std::chrono::milliseconds extra{0};   ///< beyond kAnswerMost, for what the node does before it begins
  std::optional<TenantId> tenant = {};  ///< whose share of the places it takes (places_under_way.h); nothing: nobody's
};

struct NodeAnswer {
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< but for those of the connection and of the body
  std::string content_type;
  std::string body;
};

struct NoAnswer {
  std::string why;
  bool was_sent = false;  ///< the write may have been carried out
  bool is_late = false;   ///< nothing came in time
};

class NodeClient {
 public:
  static constexpr std::size_t kInFlightMax = 1024;               ///< unless told; of them a tenant has no more than are free
  static constexpr std::chrono::milliseconds kConnectMost{1000};  ///< also to learn who it is that was reached
  static constexpr std::chrono::milliseconds kAnswerMost{8000};   ///< a leader tells an outcome, or that it is unknown, within less

  /// `tls`: whom it trusts and what it shows; null: it trusts whom the system trusts, and has nothing to show. No more than `in_flight_max`
  /// are under way, and no more connections are open.
  explicit NodeClient(std::shared_ptr<const TlsContext> tls = nullptr, std::size_t in_flight_max = kInFlightMax);
  ~NodeClient();  ///< who still waits is told nothing

  using Answered = std::function<void(Result<NodeAnswer, NoAnswer>)>;
  /// Who answers is asked for who it is on every new connection. Any thread. Once, but for a request that may be repeated and met a kept
  /// connection that had just been closed.
  void send(const LeadingNode& leader, NodeRequest request, Answered answered);
  /// What the node at `url` answers to GET /readyz. Any thread.
  void ask_readiness(const std::string& url, Answered answered);

 private:
  class Loop;
  const std::unique_ptr<Loop> loop_;
};

}  // namespace dialin::http
