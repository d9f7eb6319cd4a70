#pragma once
// Looks host names up without holding anybody up: each on a thread of its own, bounded in number. A lookup that nobody waits for any more
// goes on until the system's resolver gives up, and counts until then, in all and for its tenant. A tenant may hold no more places than are
// still free: however many have names that are never answered, whoever comes next finds room.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "infra/media/public_address.h"

namespace dialin::media {

class Lookups {
 public:
  static constexpr std::size_t kRunningMax = 64;
  static constexpr std::size_t kTenantRunningMax = 16;

  struct Answer {
    std::uint64_t ticket = 0;
    std::vector<Address> addresses;  ///< all of them, in the order to try them; empty: `why`
    std::string why;                 ///< as the end of a sentence
  };

  /// `wake` is called from any thread when take() has something, until this is destroyed.
  explicit Lookups(std::function<void()> wake);
  /// Does not wait for lookups that are running: their threads end by themselves and touch nothing of ours.
  ~Lookups();

  /// False: too many are running.
  bool begin(const TenantId& tenant, std::uint64_t ticket, std::string host);
  std::vector<Answer> take();

 private:
  struct Shared;
  const std::shared_ptr<Shared> shared_;
};

}  // namespace dialin::media
