#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "api/cli/command.h"
#include "api/cli/keys/key_removal.h"
#include "api/cli/keys/key_use.h"
#include "api/cli/options/keyring_options.h"
#include "api/cli/terminal/output.h"
#include "infra/crypto/key_ring_file.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::cli {
namespace {

int fails(std::string_view why, int status) {
  std::cerr << "dialin keyring: " << why << '\n';
  return status;
}

int said(const Result<std::string, crypto::FileFault>& key_id, std::string_view what) {
  if (!key_id) return fails(key_id.error().text, kCouldNotRun);
  std::cerr << what << ' ' << *key_id << '\n';
  return kDone;
}

struct Row {
  std::string id;
  const crypto::SealingKey* key = nullptr;  ///< null: the ring lacks it
  bool seals = false;
};

std::string in_words(const Row& row, const KeyUses* uses) {
  std::string text = row.id + '\t' + (row.key != nullptr ? "created " + row.key->created_at.rfc3339() : "MISSING from this ring") + '\t';
  text += row.seals ? "seals and opens" : row.key != nullptr ? "opens" : "lost";
  if (uses == nullptr) return text;
  const KeyUse* use = uses->of(row.id);
  if (use == nullptr) return text + "\tthe log does not need it";
  return text + "\tneeded by " + std::to_string(use->records) + " records, from " + std::to_string(use->first.value) + " to " +
         std::to_string(use->last.value);
}

std::string in_json(const Row& row, const KeyUses* uses) {
  boost::json::object line{{"id", row.id}, {"in_ring", row.key != nullptr}, {"seals", row.seals}};
  if (row.key != nullptr) line["created_at"] = row.key->created_at.rfc3339();
  if (uses != nullptr) {
    const KeyUse* use = uses->of(row.id);
    line["needed"] = use != nullptr;
    line["records"] = use == nullptr ? 0 : use->records;
    if (use != nullptr) {
      line["first"] = use->first.value;
      line["last"] = use->last.value;
    }
  }
  return boost::json::serialize(line);
}

int list(const KeyringOptions& options) {
  const auto ring = crypto::read_key_ring(options.file);
  if (!ring) return fails(ring.error().text, kCouldNotRun);
  std::optional<KeyUses> uses;
  if (options.log) {
    auto read = uses_of_keys(*options.log);
    if (!read) return fails(read.error().text, read.error().status);
    uses = std::move(*read);
  }
  const auto& keys = ring->sealing_keys;
  std::vector<Row> rows;
  for (const auto& key : keys) rows.push_back({key.id, &key, &key == &keys.back()});
  const auto held = static_cast<std::ptrdiff_t>(rows.size());
  if (uses) {
    for (const auto& [id, use] : uses->all()) {
      const auto is_it = [&id = id](const Row& row) { return row.id == id; };
      if (std::none_of(rows.begin(), rows.begin() + held, is_it)) rows.push_back({id, nullptr, false});
    }
  }
  std::string text;
  for (const Row& row : rows) text += (options.json ? in_json : in_words)(row, uses ? &*uses : nullptr) + "\n";
  return print("dialin keyring", std::move(text), static_cast<std::ptrdiff_t>(rows.size()) == held ? kDone : kNotSo);
}

int remove(const KeyringOptions& options) {
  const auto removed = remove_key(options);
  if (!removed) return fails(removed.error().text, removed.error().status);
  std::cerr << "removed " << options.key_id << ", with which no secret of the log was sealed\n";
  return kDone;
}

}  // namespace

int run_keyring(const std::vector<std::string>& arguments) {
  const auto parsed = read_keyring_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<KeyringOptions>(parsed);
  const Instant now = telemetry::SystemClock{}.now();
  switch (options.action) {
    case KeyringOptions::Action::init:
      return said(crypto::init_key_ring(options.file, now), "made a key ring; secrets are sealed with");
    case KeyringOptions::Action::rotate:
      return said(crypto::rotate_key_ring(options.file, now), "from now on secrets are sealed with");
    case KeyringOptions::Action::list:
      return list(options);
    case KeyringOptions::Action::remove:
      return remove(options);
  }
  return kWrongUse;
}

}  // namespace dialin::cli
