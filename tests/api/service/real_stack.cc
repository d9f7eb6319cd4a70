#include "api/service/real_stack.h"

#include "infra/storage/bulk_store.h"

namespace dialin::test {

void RealStack::open() {
  log::EmbeddedOptions options;
  options.dir = dir.path("log");
  options.segment_bytes = 1 << 20;
  auto opened = log::EmbeddedLog::open(options, {files, clock, random, codec, telemetry});
  if (!opened) throw std::runtime_error(opened.error().text);
  log = std::move(*opened);
  const projections::ViewStores stores{[](const std::string& at) { return storage::open_rocks_store(at); },
                                       [](const std::string& at) { return storage::make_bulk_store(at); }};
  auto brought = projections::open_views(dir.path("views"), *log, codec, stores);
  if (!brought) throw std::runtime_error(brought.error().text);
  store = std::move(brought->store);
  views = std::make_unique<projections::Views>(*store, *log, codec);
  projector = std::make_unique<projections::Projector>(*store, codec, brought->position);
  writer = std::make_unique<service::Writer>(service::Writer::Ports{*log, *store, *projector, *views, codec, clock, telemetry}, Rules{},
                                             limits, observers);
}

void RealStack::close() {
  writer.reset();
  projector.reset();
  views.reset();
  store.reset();
  log.reset();
}

WriteResult RealStack::write(Command command) {
  std::promise<WriteResult> answer;
  if (writer->submit(std::move(command), [&](WriteResult result) { answer.set_value(std::move(result)); }) != service::Submitted::queued) {
    ADD_FAILURE() << "the queue is full";
    return {};
  }
  return answer.get_future().get();
}

}  // namespace dialin::test
