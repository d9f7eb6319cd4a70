#pragma once
// Calls a server of the API over one kept connection, one request after the other, waiting for each answer. One thread.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/result.h"

namespace dialin::cli {

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
  std::optional<std::string> retry_after;
};
struct NotAnswered {
  std::string why;
};

class HttpClient {
 public:
  /// `url`: `http://HOST[:PORT][/PATH]`, or https://, where the server's certificate must come from `ca_file`, or, when that is empty, from
  /// an authority that the system trusts. Fails when it is none, naming it. Connects at the first call.
  static Result<std::unique_ptr<HttpClient>, NotAnswered> make(const std::string& url, const std::string& ca_file, const std::string& key);
  virtual ~HttpClient() = default;
  using Headers = std::vector<std::pair<std::string, std::string>>;
  /// `target` behind the path of the URL. Whether the server did what was asked is unknown when there is no answer within 30 s. A
  /// connection that the server has closed meanwhile is made anew.
  virtual Result<HttpAnswer, NotAnswered> call(const char* method, const std::string& target, const Headers& headers,
                                               const std::string& body) = 0;
};

}  // namespace dialin::cli
