#include "api/http/write_command.h"

#include <algorithm>
#include <array>

#include "api/http/body.h"
#include "api/http/conditions.h"
#include "domain/base64.h"
#include "domain/sha256.h"

namespace dialin::http {
namespace {

constexpr std::size_t kIdempotencyKeyMax = 255;
constexpr std::size_t kFreshSecretBytes = 32;

bool is_fit_key(std::string_view key) {
  return !key.empty() && key.size() <= kIdempotencyKeyMax &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' && c < '\x7F'; });
}

/// Lengths stand in front, so that no two requests can run together into one text.
void add_piece(std::string& digested, std::string_view piece) {
  digested.append(std::to_string(piece.size())).append(1, ':').append(piece);
}

Idempotency idempotency_of(const Call& call, std::string_view key) {
  const Request& request = call.request();
  std::string digested;
  digested.reserve(128 + request.path.size() + request.query.size() + request.body.size());
  add_piece(digested, call.tenant().view());
  add_piece(digested, name_of(request.method));
  add_piece(digested, request.path);
  add_piece(digested, request.query);
  // An absent If-Match must not look like an empty one.
  const std::optional<std::string_view> if_match = request.field(Field::if_match);
  digested += if_match ? '1' : '0';
  add_piece(digested, if_match.value_or(""));
  add_piece(digested, request.body);
  return {sha256_half(key), sha256_half(digested)};
}

}  // namespace

std::optional<Command> begin_command(Call& call) {
  const std::optional<Query> query = call.query();
  if (!query) return std::nullopt;
  Violations broken;
  Command command;
  command.tenant = call.tenant();
  command.actor = call.admitted.caller->key_id;
  command.request_id = call.admitted.manner.request_id;
  command.trace = call.admitted.manner.trace;
  command.dry_run = query->flag("dry_run", broken);
  if (const auto field = call.request().field(Field::if_match)) {
    Result<IfMatch, BrokenRule> condition = parse_if_match(*field);
    if (condition) {
      command.if_match = std::move(*condition);
    } else {
      broken.push_back({"If-Match", condition.error().text});
    }
  }
  if (const auto key = call.request().field(Field::idempotency_key)) {
    if (is_fit_key(*key)) {
      command.idempotency = idempotency_of(call, *key);
    } else {
      broken.push_back({"Idempotency-Key", "must be 1 to 255 characters of ASCII, without control characters"});
    }
  }
  if (broken.empty()) return command;
  call.refuse(invalid(std::move(broken)));
  return std::nullopt;
}

std::optional<Validated> read_wishes(Call& call) {
  Result<Body, NotJson> body = parse_body(call.request().body);
  if (!body) {
    call.refuse({ErrorKind::json, "the body " + body.error().why});
    return std::nullopt;
  }
  Validated wishes = validate(body->draft);
  add_new(std::move(body->violations), wishes.violations);
  return wishes;
}

void add_new(Violations more, Violations& violations) {
  for (Violation& each : more) {
    const auto is_same = [&](const Violation& known) { return known.property == each.property; };
    if (std::none_of(violations.begin(), violations.end(), is_same)) violations.push_back(std::move(each));
  }
}

SealedPatch seal(Patch patch, const TenantId& tenant, const ConfigId& id, const Secrets& secrets) {
  SealedPatch sealed;
  if (patch.hmac) {
    sealed.hmac.emplace();
    if (*patch.hmac) *sealed.hmac = secrets.seal(**patch.hmac, tenant, id);
  }
  patch.hmac.reset();
  sealed.patch = std::move(patch);
  return sealed;
}

Sealed fresh_hmac(const TenantId& tenant, const ConfigId& id, const Secrets& secrets, const Random& random) {
  std::array<std::uint8_t, kFreshSecretBytes> bytes{};
  random.fill(bytes);
  std::string text;
  append_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, text);
  return secrets.seal(text, tenant, id);
}

ConfigId fresh_id(const Random& random) {
  Bytes16 bytes;
  random.fill(bytes);
  return random_id<ConfigId>(bytes);
}

Problem problem_of_wishes(const Call& call, const ConfigId& id, const Command& command, Validated wishes, const Check& check) {
  const std::optional<ConfigState> state = call.wiring.views.state(call.tenant(), id);
  if (!state || state->deleted) return no_such_config();
  if (command.if_match && !command.if_match->is_met_by(state->version))
    return problem_of(Refusal{RefusalCode::precondition_failed, {}, {}, {}});
  if (check) add_new(check(seal(std::move(wishes.patch), call.tenant(), id, call.wiring.secrets), state->config), wishes.violations);
  return invalid(std::move(wishes.violations));
}

}  // namespace dialin::http
