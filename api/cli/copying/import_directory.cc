#include "api/cli/copying/import_directory.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "api/cli/copying/snapshot.h"
#include "infra/log/chain_file.h"
#include "infra/log/embedded_log.h"
#include "infra/log/kafka/copy.h"
#include "infra/log/opening.h"

namespace dialin::cli {
namespace {

CannotImport cannot(const log::OpenFailure& failure) {
  return {failure.code == log::OpenError::poison ? kNotSo : kCouldNotRun, failure.text};
}

class DirectoryTarget : public ImportTarget {
 public:
  DirectoryTarget(const std::string& dir, log::FileLayer& files, const Codec& codec) : files_(files), codec_(codec) { options_.dir = dir; }

  Result<log::LogWalk*, CannotImport> hold() override;
  Result<void, CannotImport> begin(const LogId& log, const Tail& tail) override;
  Result<void, CannotImport> append(std::span<const Record> records) override;
  /// What append() took is durable; the mark that says so is written when the chain is closed.
  Result<void, CannotImport> finish() override {
    chain_.reset();
    return {};
  }
  Tail stored() const override { return stored_; }

 private:
  log::FileLayer& files_;
  const Codec& codec_;
  log::EmbeddedOptions options_;
  std::unique_ptr<log::Lock> lock_;
  std::unique_ptr<log::LogWalk> walk_;
  std::unique_ptr<log::ChainFile> chain_;
  Tail stored_;
};

Result<log::LogWalk*, CannotImport> DirectoryTarget::hold() {
  const std::string& dir = options_.dir;
  if (const auto error = files_.make_dir(dir); error.failed()) return cannot(log::open_failure(dir + " cannot be made", error));
  auto lock = log::lock_log(files_, dir);
  if (!lock) return cannot(lock.error());
  lock_ = std::move(*lock);
  if (log::kafka::is_copy(dir)) {
    return CannotImport{kCouldNotRun, dir + " is a node's copy of a log on Kafka: what is imported there would be on no topic"};
  }
  if (is_snapshot(std::filesystem::path(dir).parent_path())) {
    return CannotImport{kCouldNotRun, dir + " is of a snapshot, which stays as it is: start a node from it, or name another directory"};
  }
  const auto exists = log::ChainFile::exists(files_, dir);
  if (!exists) return cannot(exists.error());
  if (!*exists) return nullptr;
  auto walk = log::walk_directory(files_, dir, {});
  if (!walk) return cannot(walk.error());
  walk_ = std::move(*walk);
  return walk_.get();
}

Result<void, CannotImport> DirectoryTarget::begin(const LogId& log, const Tail& tail) {
  const log::ChainFileOptions options{options_.dir, options_.segment_bytes, options_.idle};
  const auto exists = log::ChainFile::exists(files_, options.dir);
  if (!exists) return cannot(exists.error());
  std::uint64_t term = 0;
  auto chain = !*exists ? log::ChainFile::create(files_, options, log) : log::ChainFile::open(files_, options, [&](const Record& record) {
    if (const auto opened = codec_.decode_opened(record)) term = std::max(term, opened->term);
  });
  if (!chain) return cannot(chain.error());
  chain_ = std::move(*chain);
  const auto& index = chain_->index();
  if (index.log() != log) {
    return CannotImport{kNotSo, options.dir + " was begun for log " + index.log().text() + ", and this is log " + log.text()};
  }
  if (index.tail() != tail) return CannotImport{kCouldNotRun, options.dir + " was changed meanwhile"};
  chain_->set_term(std::max(term, chain_->term()));
  if (const auto cut = chain_->prepare_to_append(); !cut) return cannot(cut.error());
  stored_ = tail;
  return {};
}

Result<void, CannotImport> DirectoryTarget::append(std::span<const Record> records) {
  if (const auto error = chain_->append(records); error.failed()) {
    return CannotImport{kCouldNotRun, options_.dir + " takes no records: " + error.text()};
  }
  for (const Record& record : records) {
    if (const auto opened = codec_.decode_opened(record)) chain_->set_term(std::max(opened->term, chain_->term()));
  }
  stored_ = tail_of(records.back());
  return {};
}

}  // namespace

std::unique_ptr<ImportTarget> import_into_directory(const std::string& dir, log::FileLayer& files, const Codec& codec) {
  return std::make_unique<DirectoryTarget>(dir, files, codec);
}

}  // namespace dialin::cli
