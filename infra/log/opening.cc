#include "infra/log/opening.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "domain/event.h"
#include "infra/log/opening_group.h"

namespace dialin::log {
namespace {

/// Adds the second half when the chain ends with a first one.
Result<void, OpenFailure> complete_move(const ChainIndex& index, const EmbeddedLog::Ports& ports, OpeningGroup& group) {
  const Sequence last = index.tail().sequence;
  const auto poison = [&](std::string what) {
    return OpenFailure{OpenError::poison, "record " + std::to_string(last.value) + ", the last one: " + std::move(what)};
  };
  const auto record = index.at(last);
  if (!record && record.error() == LogError::poison) return poison("it does not match its hash");
  if (!record) return OpenFailure{OpenError::failed, "record " + std::to_string(last.value) + ", the last one, cannot be read"};
  if (record->type != record_type_of(EventName::deleted)) return {};
  const auto event = ports.codec.decode(*record);
  if (!event) return poison(std::string(event.error().why));
  if (!event->moved_to) return {};
  group.complete(*record, *event->moved_to);
  ports.telemetry.say(Level::warning, "completing the move that record " + std::to_string(last.value) + " began");
  return {};
}

}  // namespace

Result<std::unique_ptr<Lock>, OpenFailure> lock_log(FileLayer& files, const std::string& dir) {
  auto lock = files.lock(dir + "/lock");
  if (lock) return std::move(*lock);
  if (lock.error().error.code != EWOULDBLOCK) return open_failure(dir + " cannot be locked", lock.error().error);
  const long pid = lock.error().holder_pid;
  return OpenFailure{OpenError::locked, dir + " is in use by " + (pid != 0 ? "process " + std::to_string(pid) : "another process")};
}

Result<std::unique_ptr<ChainFile>, OpenFailure> find_chain(const EmbeddedOptions& options, const EmbeddedLog::Ports& ports) {
  const ChainFileOptions chain_options{options.dir, options.segment_bytes, options.idle};
  const auto exists = ChainFile::exists(ports.files, options.dir);
  if (!exists) return exists.error();
  if (!*exists) {
    Bytes16 random;
    ports.random.fill(random);
    return ChainFile::create(ports.files, chain_options, random_id<LogId>(random));
  }
  std::uint64_t term = 0;
  auto chain = ChainFile::open(ports.files, chain_options, [&](const Record& record) {
    if (record.type != kLogOpened) return;
    if (const auto opened = ports.codec.decode_opened(record)) term = std::max(term, opened->term);
  });
  if (chain) (*chain)->set_term(std::max(term, (*chain)->term()));
  return chain;
}

Result<void, OpenFailure> take_lead(ChainFile& chain, const EmbeddedOptions& options, const EmbeddedLog::Ports& ports) {
  const ChainIndex& index = chain.index();
  OpeningGroup group({ports.clock, ports.random, ports.codec}, index.tail());
  if (index.tail().sequence.value == 0) {
    group.found(index.log());
  } else if (auto completed = complete_move(index, ports, group); !completed) {
    return completed;
  }
  const auto cut = chain.prepare_to_append();
  if (!cut) return cut.error();
  if (*cut) {
    ports.telemetry.say(Level::warning, "cut the write that was not finished behind record " + std::to_string(index.tail().sequence.value));
  }
  const std::uint64_t term = chain.term() + 1;
  group.open(options.node, options.url, term);
  const Errno error = chain.append(group.records());
  if (error.failed()) return open_failure("the log in " + options.dir + " cannot be appended to", error);
  chain.set_term(term);
  return {};
}

}  // namespace dialin::log
