// The compiled routing table (Router), and what readers of a channel see of an event (Projections).
//
// Threads: any; immutable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/config/config.h"
#include "schema/cloudevent.h"

namespace courtside {

class Router {
 public:
  // bad_configuration when a rule's type or a template is malformed; the message names the rule.
  static Result<Router> make(const std::vector<RouteRule>& rules);

  // The channels of an event, without duplicates: those of every rule that matches its type, then
  // `explicit_channels`, then fact_channel() if the event changes a fact. An event that no rule
  // matches goes to its subject's channel. A template produces no channel when its field is missing
  // or the result is not a channel. invalid_event when there are more than kRecordChannelsMax.
  Result<std::vector<std::string>> route(EventView event,
                                         const std::vector<std::string>& explicit_channels) const;

 private:
  // `user:{data.accountId}` is {"user:", "accountId"}; `ops:bookings` has no field.
  struct Template {
    std::string prefix;
    std::string field;
    std::string suffix;
  };
  struct Rule {
    std::string type;
    std::vector<Template> channels;
  };

  static Result<Template> parse_template(std::string_view text);

  std::vector<Rule> rules_;
};

// The configured projections, by channel.
class Projections {
 public:
  static Result<Projections> make(const std::vector<ProjectionRule>& rules);

  // The projection of an event that is in `record.channels()`, for a reader of `channels` (channels
  // and patterns; empty: everything) with `unmasked_permissions` (ReadGrant::unmasked_permissions,
  // sorted); null: the reader sees all of it. When the event reaches the reader through several
  // channels, the widest projection applies.
  const Projection* choose(const std::vector<std::string>& channels,
                           const std::vector<std::string>& unmasked_permissions,
                           RecordView record) const;

  // A digest of the rules. Anything derived from projected events is valid only for the same
  // digest.
  const std::string& digest() const { return digest_; }

  // Whether some of these channels hide the actor from this reader; then it may not filter by
  // actor.
  bool hide_actor(const std::vector<std::string>& channels,
                  const std::vector<std::string>& unmasked_permissions) const;

 private:
  struct Rule {
    std::string channel;  // `kind:id` or `kind:*`
    Projection projection;
    std::string unless_permission;
    bool has_who = false;  // ProjectionRule::who is set: unmask_key(channel) unmasks it
  };
  static bool is_lifted(const Rule& rule, std::string_view channel,
                        const std::vector<std::string>& unmasked_permissions);
  const Rule* of_channel(std::string_view channel) const;

  std::vector<Rule> rules_;
  std::string digest_;
};

}  // namespace courtside
