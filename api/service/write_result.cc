#include "api/service/write_result.h"

namespace dialin::service {

std::string unknown_of_key(std::string_view why) {
  return "whether this Idempotency-Key has stored something before cannot be told: " + std::string(why) + std::string(kRetryWithKey);
}

}  // namespace dialin::service
