#include "api/cli/audit/views_reader.h"

#include <chrono>
#include <thread>

#include "infra/storage/rocks_store.h"

namespace dialin::cli {

std::unique_ptr<ViewReader> open_views_reader(const std::string& dir) {
  constexpr int kTriesMax = 5;
  for (int tries = 1;; ++tries) {
    try {
      return storage::open_rocks_reader(dir);
    } catch (const StoreFailure&) {
      if (tries == kTriesMax) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(50) * tries);
    }
  }
}

}  // namespace dialin::cli
