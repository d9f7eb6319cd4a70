#include "infra/log/kafka/held_lead.h"

#include <charconv>
#include <thread>

namespace dialin::log::kafka {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kSettle{5000};
constexpr std::chrono::milliseconds kMoment{1500};
constexpr std::chrono::milliseconds kPoll{20};

std::chrono::milliseconds session_of(const Connection& connection) {
  auto session = kDefaultSession;
  for (const auto& [name, value] : connection.properties) {
    long ms = 0;
    if (name == "session.timeout.ms" && std::from_chars(value.data(), value.data() + value.size(), ms).ec == std::errc{}) {
      session = std::chrono::milliseconds(ms);
    }
  }
  return session;
}

}  // namespace

Result<std::unique_ptr<HeldLead>, KafkaFailure> HeldLead::take(const Connection& connection, Telemetry& telemetry,
                                                               const std::function<void(std::chrono::seconds)>& waits) {
  auto held = std::make_unique<HeldLead>();
  const auto most = session_of(connection) + kSettle;
  HeldLead* own = held.get();
  auto election = Election::make(connection, telemetry,
                                 {[own] { return !own->was_held_ || own->held_; },
                                  [own](bool elected) {
                                    own->held_ = elected;
                                    own->was_held_ = own->was_held_ || elected;
                                  },
                                  [own](const std::string& why) {
                                    const std::lock_guard lock(own->mutex_);
                                    own->refused_ = why;
                                  }});
  if (!election) return election.error();
  held->election_ = std::move(*election);
  const auto began = SteadyClock::now();
  for (bool told = false; !held->held_;) {
    const auto waited = SteadyClock::now() - began;
    {
      const std::lock_guard lock(held->mutex_);
      if (!held->refused_.empty()) {
        return KafkaFailure{"Kafka does not let this into the group that elects who leads: " + held->refused_};
      }
    }
    if (waited > most) return KafkaFailure{"another holds the lead in group " + connection.topic + ".leader: stop the nodes on this topic"};
    if (!told && waited > kMoment) {
      waits(std::chrono::duration_cast<std::chrono::seconds>(most));
      told = true;
    }
    std::this_thread::sleep_for(kPoll);
  }
  return held;
}

}  // namespace dialin::log::kafka
