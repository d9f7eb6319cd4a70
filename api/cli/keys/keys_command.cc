#include <iostream>

#include "api/cli/command.h"
#include "api/cli/options/options.h"
#include "api/cli/terminal/event_text.h"
#include "api/cli/terminal/output.h"
#include "infra/crypto/api_key_file.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::cli {
namespace {

int failed(const crypto::FileFault& fault) {
  std::cerr << "dialin keys: " << fault.text << '\n';
  switch (fault.code) {
    case crypto::FaultCode::no_such_key:
      return kNotSo;
    case crypto::FaultCode::invalid:
      return kWrongUse;
    default:
      return kCouldNotRun;
  }
}

int add(const KeysOptions& options, Instant now) {
  const auto scopes = crypto::scopes_named(options.scopes);
  if (!scopes) {
    std::cerr << "dialin keys: --scopes must be a comma list of read, write, audit\n";
    return kWrongUse;
  }
  const auto added = crypto::add_api_key(options.file, options.tenant, *scopes, now);
  if (!added) return failed(added.error());
  std::string tenant;
  append_printable(options.tenant, tenant);
  std::cerr << added->id << " for tenant " << tenant << " (" << tenant_id_of(options.tenant).text() << "); its text is shown this once:\n";
  return print("dialin keys", added->text + "\n");
}

int list(const KeysOptions& options) {
  const auto listed = crypto::list_api_keys(options.file);
  if (!listed) return failed(listed.error());
  std::string text;
  for (const auto& key : listed->keys) {
    const std::string state = key.revoked_at ? "revoked " + key.revoked_at->rfc3339() : "in force";
    text += key.id + '\t';
    append_printable(key.tenant, text);
    text += '\t' + crypto::names_of_scopes(key.scopes) + "\tcreated " + key.created_at.rfc3339() + '\t' + state + '\n';
  }
  return print("dialin keys", std::move(text));
}

int revoke(const KeysOptions& options, Instant now) {
  const auto revoked = crypto::revoke_api_key(options.file, options.key_id, now);
  if (!revoked) return failed(revoked.error());
  std::cerr << options.key_id << " is revoked\n";
  return kDone;
}

}  // namespace

int run_keys(const std::vector<std::string>& arguments) {
  const auto parsed = read_keys_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<KeysOptions>(parsed);
  const Instant now = telemetry::SystemClock{}.now();
  switch (options.action) {
    case KeysOptions::Action::add:
      return add(options, now);
    case KeysOptions::Action::list:
      return list(options);
    case KeysOptions::Action::revoke:
      return revoke(options, now);
  }
  return kWrongUse;
}

}  // namespace dialin::cli
