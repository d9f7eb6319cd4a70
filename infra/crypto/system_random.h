#pragma once
// Randomness of the kernel (getrandom(2)). Any thread. Small wants are served from a stock that each thread fetches in one call, because a
// nonce a write and an id a request would otherwise cost a system call each. Bytes handed out are gone from the stock; a fork()ed child
// starts with none.

#include "domain/secrets.h"

namespace dialin::crypto {

class SystemRandom : public Random {
 public:
  void fill(std::span<std::uint8_t> out) const override;
};

}  // namespace dialin::crypto
