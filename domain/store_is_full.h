#pragma once
// Thrown where a store cannot even be opened for want of room: nothing is wrong with what it holds, and making room is all that helps.
// Apart from the port, since who opens and who makes stores need it alone; work on an open store says StoreError::no_space.

#include "domain/view_store.h"

namespace dialin {

class StoreIsFull : public StoreFailure {
 public:
  using StoreFailure::StoreFailure;
};

}  // namespace dialin
