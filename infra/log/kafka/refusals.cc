#include "infra/log/kafka/refusals.h"

#include <algorithm>
#include <string_view>

namespace dialin::log::kafka {
namespace {

constexpr std::array<std::string_view, 3> kSentences = {
    "Kafka does not let this node read the topic: ", "Kafka does not take this node's records: ",
    "Kafka does not let this node into the group that elects who leads: "};

}  // namespace

void Refusals::note(Deed deed, const std::string& why) {
  if (why.empty() && !any_) return;
  const std::lock_guard lock(mutex_);
  of_[static_cast<std::size_t>(deed)] = {why, std::chrono::steady_clock::now()};
  any_ = std::any_of(of_.begin(), of_.end(), [](const Refusal& refusal) { return !refusal.why.empty(); });
}

std::vector<std::string> Refusals::sentences() const {
  std::vector<std::string> sentences;
  const std::lock_guard lock(mutex_);
  for (std::size_t deed = 0; deed < of_.size(); ++deed) {
    if (!of_[deed].why.empty()) sentences.push_back(std::string(kSentences[deed]) + of_[deed].why);
  }
  return sentences;
}

std::optional<std::chrono::steady_clock::duration> Refusals::since(Deed deed) const {
  if (!any_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const Refusal& refusal = of_[static_cast<std::size_t>(deed)];
  if (refusal.why.empty()) return std::nullopt;
  return std::chrono::steady_clock::now() - refusal.at;
}

}  // namespace dialin::log::kafka
