#pragma once
// What RocksDB says of itself. Only properties that it keeps anyway: each is read under its mutex, which no write holds over input or
// output, or from the tables that are open. Any thread.

#include "domain/looked_figure.h"
#include "infra/storage/database.h"

namespace dialin::storage {

void tell_figures(const Database& database, const TellFigure& tell);

}  // namespace dialin::storage
