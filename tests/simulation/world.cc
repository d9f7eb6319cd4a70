#include "simulation/world.h"

#include <iostream>

namespace dialin::simulation {

Counts& Counts::operator+=(const Counts& other) {
  constexpr std::uint64_t Counts::*all[] = {&Counts::steps,   &Counts::stored,       &Counts::replayed, &Counts::negative, &Counts::denied,
                                            &Counts::unknown, &Counts::strong_reads, &Counts::moves,    &Counts::strays,   &Counts::leads,
                                            &Counts::crashes, &Counts::restarts,     &Counts::consumed};
  static_assert(sizeof all / sizeof *all == sizeof(Counts) / sizeof(std::uint64_t), "all are added up");
  for (const auto one : all) this->*one += other.*one;
  return *this;
}

void World::blame(const std::string& what) {
  if (violation_) return;
  violation_ = what;
  note([&] { return "VIOLATION: " + what; });
}

void World::write_down(const std::string& text) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  diary_.push_back("step " + std::to_string(counts.steps) + ", " + std::to_string(ms) + " ms: " + text);
  if (options.says_diary) std::cerr << diary_.back() << "\n";
  if (diary_.size() > kDiaryLinesMax) diary_.pop_front();
}

std::string World::diary() const {
  std::string text;
  for (const std::string& line : diary_) text += line + "\n";
  return text;
}

}  // namespace dialin::simulation
