#pragma once
// A few words in which rules can be told: given these commands, when this one, then that. Everything they need is in memory: Story is the
// state that all events so far add up to. Commands go through the real validate(), so that a row says what a caller would send.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "domain/decide.h"
#include "domain/ledger.h"

namespace dialin::given {

/// One property of a body; nullptr is JSON's null.
struct Named {
  const char* property;
  const char* value;
};
using Body = std::vector<Named>;

inline constexpr const char* kSecretA = "AAAAAAAAAAAAAAAAAAAAAA==";
inline constexpr const char* kSecretB = "AAAAAAAAAAAAAAAAAAAAAQ==";

/// The config `#n` and the tenant number n: ids that a failing test can show.
ConfigId config(unsigned number);
unsigned number_of(const ConfigId& id);  ///< 7 of `#7`
TenantId tenant(unsigned number);
PhoneNumber number(std::string_view text);

/// Throws when the body breaks the rule of a value: a row that means to do that tests validate() instead.
SealedPatch wishes(const Body& body);

/// The commands. The caller is tenant 1 unless by() says otherwise.
Command create(unsigned id, const Body& body);
Command update(unsigned id, const Body& body);
Command remove(unsigned id);
Command move(unsigned id, unsigned to, const Body& body);  ///< `type` in the body
Command restore(unsigned id, std::uint64_t version);
Command by(unsigned tenant, Command command);
Command if_match(std::vector<std::uint64_t> versions, Command command);
Command if_match_any(Command command);

/// A decision as a row of a table expects it:
///   `ConfigCreated #1 v1 pinless_dialin: phone_number=+15550001, hmac=fresh #1, sip_uri=sip of #1`
///   `ConfigUpdated #1 v2: name_prefix=nothing->Desk` · `ConfigDeleted #1 v3`, with ` moved to #2`, ` moved from #1`, ` restored from v1`
///   `unchanged #1 v2` · `not_found` · `precondition_failed` · `invalid: type, sip_uri` · `number_in_use: +15550001 by #1` or `by nobody
///   you know`
/// Events of a move are separated by ` + `.
std::string describe(const Decision& decision);

/// All that has happened, folded in memory.
class Story : public Known {
 public:
  Story() = default;
  /// Decides and lets happen each in turn; throws when one is refused.
  explicit Story(const std::vector<Command>& commands, const Rules& rules = {});

  const ConfigState* state(const TenantId& tenant, const ConfigId& id) override;
  std::optional<Holder> holder(const PhoneNumber& number) override;
  std::optional<Config> past(const TenantId& tenant, const ConfigId& id, Version version) override;

  /// Gives every event the next sequence and microsecond, checks it and folds it. Throws on a step that must not be.
  void happen(const Decided& events);

  struct Life {
    std::vector<Config> versions;  ///< [0] is version 1; of a deletion, before
    ConfigState now;
  };
  const std::map<ConfigId, Life>& lives() const { return lives_; }
  Sequence sequence() const { return sequence_; }
  Instant time() const { return {kBegin_us + static_cast<std::int64_t>(sequence_.value)}; }

 private:
  static constexpr std::int64_t kBegin_us = 1'777'899'900'000'000;
  std::map<ConfigId, Life> lives_;
  Ledger ledger_;  ///< a second opinion on every step
  Sequence sequence_;
};

}  // namespace dialin::given
