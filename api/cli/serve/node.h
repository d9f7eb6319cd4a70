#pragma once
// A serving node: every part of the program, wired. Made and destroyed on the main thread, which waits for a signal in between.
//
// Order is everything here. Parts are built from the log upwards and taken down from HTTP downwards: first no new requests, then the
// writer decides what is queued, then views are flushed and the log's end is marked.

#include <memory>
#include <string>

#include "api/cli/options/serve_options.h"
#include "domain/result.h"

namespace dialin::cli {

/// Why a node could not start: a sentence for the operator.
struct CannotServe {
  std::string text;
};

class Node {
 public:
  /// Binds the address, then opens keys, key ring, log and views (rebuilding them when they are missing). Meanwhile it answers that it is
  /// not ready.
  static Result<std::unique_ptr<Node>, CannotServe> open(const ServeOptions& options);
  virtual ~Node() = default;

  /// From now on the store answers, and on a log that nodes share it may be elected to lead.
  virtual Result<void, CannotServe> start() = 0;
  /// Tells the manager of services, if there is one, that the node is ready, when /readyz says so; else why it is not. True once it is
  /// told: until then it is called again. Waits for nothing.
  virtual bool announce() = 0;
  /// `http://HOST:PORT`, or https://, with the port that was bound.
  virtual std::string url() const = 0;
  /// Has keys, key ring, certificate and its key read again now, rather than when they are seen to have changed; each is told when it is
  /// done. Waits for nothing.
  virtual void look_again() = 0;
  /// Lets requests in flight be answered (10 s at most), then brings log and views to rest. Idempotent.
  virtual void stop() = 0;
};

}  // namespace dialin::cli
