#pragma once
// What is told of a request once it is answered: by the connection that knows status, bytes and time (api/http/session.cc), to the port
// that counts and logs it (telemetry.h). Never a key, a secret, a body or a query.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dialin {

/// What the figures of requests are told apart by: a call of the contract, and two rows for what is none.
struct RouteName {
  std::string_view method;
  std::string_view pattern;   ///< `/domain-dialin-config/{id}`: never what a caller sent
  bool is_operation = false;  ///< called without a key, by machines and often: its line is one of level debug
};
constexpr std::size_t kMalformedRow = 0;  ///< it never became a request
constexpr std::size_t kUnknownRow = 1;    ///< no such path, or not with this method

/// Views are good for the time of the call.
struct AnsweredRequest {
  enum class Part : std::uint8_t {
    whole,
    stream_begun,  ///< its head is sent: counted now, its line comes at its end
    stream_ended,
  };
  Part part = Part::whole;
  std::size_t row = kMalformedRow;  ///< in the list of RouteNames
  unsigned status = 0;              ///< 0: the caller went before the answer
  std::uint64_t bytes = 0;          ///< of the body that was given to the connection
  double seconds = 0;               ///< from the end of the request's head to the end of its answer; 0 when it had no head
  std::string_view method = {};     ///< as sent, as the path is: any bytes
  std::string_view path = {};       ///< without the query
  std::string_view request_id = {};
  std::string_view tenant = {};  ///< its name; empty: no key, or an unknown one
  std::string_view key_id = {};
  std::string_view peer = {};
  std::string_view trace_id = {};
  std::string_view forwarded_to = {};  ///< the node that carried it out; empty: this one
};

}  // namespace dialin
