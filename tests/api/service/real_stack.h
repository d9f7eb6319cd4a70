#pragma once
// The writer on everything real: embedded log, RocksDB, codec, in a directory that can be closed and opened again.

#include <atomic>
#include <future>

#include "api/service/driver.h"
#include "api/service/writer.h"
#include "infra/crypto/system_random.h"
#include "infra/log/embedded_log.h"
#include "infra/log/posix_files.h"
#include "projections/open_views.h"

namespace dialin::test {

struct RealStack {
  RealStack() { open(); }
  ~RealStack() { close(); }
  void open();
  void close();
  /// Answered; fails the test when the queue is full.
  WriteResult write(Command command);

  TempDir dir;
  SetClock clock;
  CountingTelemetry telemetry;
  codec::JsonCodec codec;
  crypto::SystemRandom random;
  log::PosixFiles files;
  service::WriterLimits limits;
  std::vector<service::AppliedObserver*> observers;

  std::unique_ptr<EventLog> log;
  std::unique_ptr<ViewStore> store;
  std::unique_ptr<projections::Views> views;
  std::unique_ptr<projections::Projector> projector;
  std::unique_ptr<service::Writer> writer;
};

}  // namespace dialin::test
