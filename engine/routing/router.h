// Who hears of an event: the routing table, compiled. And what each kind of audience sees of it.
//
// Threads: immutable once made; any thread.
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

  // The channels of an event, each once: those of every rule that matches its type, then
  // `explicit_channels`, then fact_channel() where access learns something from it. An event that
  // no rule matches reaches its subject's channel. A template whose field is missing, or whose
  // result is no channel, names none. invalid_event when there are more than kRecordChannelsMax.
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

// The projections of the configuration, by channel.
class Projections {
 public:
  static Result<Projections> make(const std::vector<ProjectionRule>& rules);

  // What a reader of `channels` (channels and patterns; empty: everything) who holds `lifts`
  // (ReadGrant::lifts, sorted) sees of an event that reaches `record.channels()`: null for
  // all of it. Through several channels: the widest.
  const Projection* choose(const std::vector<std::string>& channels,
                           const std::vector<std::string>& lifts, RecordView record) const;

  // The same for the same rules: what was made of events as these show them is good for no others.
  const std::string& digest() const { return digest_; }

  // Whether some of these channels hide who acted from this reader: then it may not ask who did.
  bool hide_actor(const std::vector<std::string>& channels,
                  const std::vector<std::string>& lifts) const;

 private:
  struct Rule {
    std::string channel;  // `kind:id` or `kind:*`
    Projection projection;
    std::string unless_permission;
    bool is_for_some = false;  // ProjectionRule::who: not for who has lift_of(channel)
  };
  static bool is_lifted(const Rule& rule, std::string_view channel,
                        const std::vector<std::string>& lifts);
  const Rule* of_channel(std::string_view channel) const;

  std::vector<Rule> rules_;
  std::string digest_;
};

}  // namespace courtside
