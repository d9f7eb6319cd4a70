#include "projections/load_views.h"

#include <system_error>

#include "domain/store_is_full.h"
#include "projections/keys.h"
#include "projections/read_ahead.h"
#include "projections/soundness.h"
#include "projections/view_folder.h"

namespace dialin::projections {
namespace {

using Loaded = Result<Tail, OpenViewsFailure>;

OpenViewsFailure cannot_write(const std::string& dir, const std::string& why) {
  return {OpenViewsError::store, "the views in " + dir + " cannot be written: " + why};
}

OpenViewsFailure cannot_write(const std::string& dir, StoreError error) {
  return cannot_write(dir, error == StoreError::no_space ? "the disk is full" : "the store refuses");
}

Loaded load(ViewStore& store, const std::string& dir, RecordReader& records, bool is_believed, const Codec& codec) {
  Projector projector(store, codec, {});
  SoundnessCheck check(nullptr);
  ReadAhead ahead(records, codec, {});
  for (;;) {
    const auto batch = ahead.next();
    if (!batch) return OpenViewsFailure{OpenViewsError::log, batch.error().text};
    if (batch->empty()) return projector.position();
    if (!is_believed) {
      if (auto found = check.take(*batch); !found.fault.empty()) return OpenViewsFailure{OpenViewsError::log, std::move(found.fault)};
    }
    if (const auto applied = projector.apply(*batch); !applied) return cannot_write(dir, applied.error());
  }
}

Loaded load(const ViewFolder& folder, const LogId& log, RecordReader& records, bool is_believed, const Codec& codec,
            const ViewStores& stores) {
  const auto store = stores.bulk(folder.rebuilding());
  if (const auto begun = begin_views(*store, log); !begun) return cannot_write(folder.dir(), begun.error());
  auto loaded = load(*store, folder.dir(), records, is_believed, codec);
  if (!loaded) return loaded;
  if (const auto stored = store->flush(); !stored) return cannot_write(folder.dir(), stored.error());
  return loaded;
}

}  // namespace

Loaded load_views(const std::string& dir, const LogId& log, RecordReader& records, bool is_believed, const Codec& codec,
                  const ViewStores& stores) {
  try {
    const ViewFolder folder(dir);
    folder.put_in_order();
    auto loaded = load(folder, log, records, is_believed, codec, stores);  // closed, before it is renamed
    if (!loaded) return loaded;
    folder.keep_rebuilt(kSchema);
    folder.use(kSchema);
    return loaded;
  } catch (const StoreIsFull&) {
    return cannot_write(dir, StoreError::no_space);
  } catch (const StoreFailure& error) {
    return cannot_write(dir, error.what());
  } catch (const std::system_error& error) {  // of the file system
    return cannot_write(dir, error.what());
  }
}

}  // namespace dialin::projections
