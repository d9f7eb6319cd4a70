#include "projections/older_views.h"

#include <stdexcept>

#include "fixtures/other_views.h"
#include "infra/storage/bulk_store.h"
#include "infra/storage/rocks_store.h"

namespace dialin::projections {
namespace {

constexpr std::chrono::seconds kPatience{60};

const ViewStores kRocks{.open = [](const std::string& dir) { return storage::open_rocks_store(dir); },
                        .bulk = [](const std::string& dir) { return storage::make_bulk_store(dir); }};

}  // namespace

OlderViews::OlderViews(unsigned seed, int commands) : history(dir / "log", seed), stores(kRocks) {
  history.happen(commands);
  open();
  fixtures::make_older(current_views(dir / "views"));
  // Where the programs of that schema had them.
  std::filesystem::remove(dir / "views/current");
  std::filesystem::rename(ViewFolder(dir / "views").of_schema(kSchema), dir / "views/current");
}

OlderViews::~OlderViews() {
  close();
}

OpenViews OlderViews::open(const std::string& name) {
  auto opened = open_views(dir / name, history.log(), history.codec(), kRocks);
  if (!opened) throw std::runtime_error(opened.error().text);
  return std::move(*opened);
}

void OlderViews::serve(OpenViews opened) {
  serving = std::make_unique<SwitchedStore>(std::move(opened.store));
  projector = std::make_unique<Projector>(*serving, history.codec(), opened.position);
  stopping_ = false;
  writer_ = std::thread([this] { run(); });
}

void OlderViews::close() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    work_ = nullptr;
  }
  changed_.notify_all();
  if (writer_.joinable()) writer_.join();
  projector.reset();
  serving.reset();
}

std::unique_ptr<Rebuild> OlderViews::rebuild() {
  const auto between_groups = [this](std::function<bool()> step) {
    const std::lock_guard lock(mutex_);
    work_ = std::move(step);
    changed_.notify_all();
  };
  auto rebuild = std::make_unique<Rebuild>(dir / "views", 1,
                                           Rebuild::Ports{*serving, history.log(), history.codec(), stores, lines, between_groups}, limits);
  rebuild->start();
  return rebuild;
}

void OlderViews::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || work_; });
    if (stopping_) return;
    const auto work = work_;
    lock.unlock();
    before_step();
    const bool done = work();
    lock.lock();
    if (done) work_ = nullptr;
  }
}

void OlderViews::happen(int commands) {
  history.happen(commands);
  const auto reader = history.log().read(projector->position().sequence.next());
  std::vector<Entry> entries;
  Record record;
  while (reader->next(record) == RecordReader::Next::record) entries.push_back(*entry_of(record, history.codec()));
  if (!projector->apply(entries)) throw std::runtime_error("the views cannot be written");
}

bool OlderViews::wait_until(const std::function<bool()>& so) const {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace dialin::projections
