#include "api/cli/serve/shared_node.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <future>

#include "domain/ids.h"

namespace dialin::cli {
namespace {

constexpr std::chrono::seconds kAskSelfMost{2};
/// Who has not heard of the log for so long cannot say how far behind it is.
constexpr std::chrono::seconds kUnheardMost{5};

/// The instance that an answer of /readyz names; nothing while that node is being opened.
std::string instance_in(const http::NodeAnswer& answer) {
  boost::system::error_code error;
  const auto value = boost::json::parse(answer.body, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* instance = object == nullptr ? nullptr : object->if_contains("instance");
  return instance != nullptr && instance->is_string() ? std::string(instance->get_string()) : std::string();
}

std::string_view shown(log::kafka::Role role) {
  switch (role) {
    case log::kafka::Role::leading:
      return "leader";
    case log::kafka::Role::halted:
      return "halted";
    case log::kafka::Role::following:
    case log::kafka::Role::catching_up:
    case log::kafka::Role::opening:
      return "follower";
  }
  return "follower";
}

}  // namespace

log::kafka::KafkaLogOptions kafka_log_options(const ServeOptions& options, const std::string& url) {
  log::kafka::KafkaLogOptions log;
  log.connection = {options.kafka->brokers, options.kafka->topic, options.kafka->properties};
  log.dir = options.data + "/log";
  log.url = options.advertise.empty() ? url : options.advertise;
  log.node = options.node.empty() ? log.url.substr(log.url.find("//") + 2) : options.node;
  log.confirms_by_append = options.confirms_by_append;
  return log;
}

Result<std::unique_ptr<SharedNode>, CannotServe> make_shared_node(const log::kafka::KafkaLogOptions& options, const Random& random,
                                                                  std::shared_ptr<const http::TlsContext> tls, std::size_t forwarded_max) {
  Bytes16 bytes;
  random.fill(bytes);
  auto made =
      std::make_unique<SharedNode>(http::NodeIdentity{options.node, {}, random_id<ConfigId>(bytes).text()}, std::move(tls), forwarded_max);
  const auto answered = std::make_shared<std::promise<std::string>>();
  auto answer = answered->get_future();
  made->others.ask_readiness(options.url, [answered](const Result<http::NodeAnswer, http::NoAnswer>& got) {
    answered->set_value(got ? instance_in(*got) : std::string());
  });
  if (answer.wait_for(kAskSelfMost) != std::future_status::ready) return made;
  // This one says none while it is being opened.
  if (!answer.get().empty()) return CannotServe{"another node answers at " + options.url + ", which --advertise gives for this one"};
  return made;
}

http::NodeStanding standing_of(const log::kafka::KafkaLog& log, const http::NodeIdentity& identity) {
  const auto found = log.standing();
  http::NodeStanding standing{identity, shown(found.role), found.term, std::nullopt, found.leader_is_here, found.unread, {}};
  if (found.leader) standing.leader = http::LeadingNode{found.leader->url, found.leader->node, identity.log, found.leader->term};
  // Why it does not lead is of interest only while that keeps it from leading.
  if (found.role == log::kafka::Role::halted || (!found.is_fit && !found.why.empty())) standing.reasons.push_back(found.why);
  if (found.role != log::kafka::Role::halted && found.unheard >= kUnheardMost) {
    standing.reasons.push_back("Kafka has not told the log's end for " + std::to_string(found.unheard.count()) + " s");
  }
  standing.reasons.insert(standing.reasons.end(), found.refusals.begin(), found.refusals.end());
  if (!found.has_room) standing.reasons.emplace_back("the disk of the copy of the log is full");
  if (found.leads_in_our_name) {
    standing.reasons.push_back("node " + found.leader->node + " leads at " + found.leader->url + ", which is this node's own --advertise");
  }
  return standing;
}

}  // namespace dialin::cli
