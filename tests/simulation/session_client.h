// A client of the session protocol: it says hello, subscribes, publishes, resumes each subscription
// from its place after every cut, and checks every message: what SubscriptionCheck says of events,
// and no more answers than questions.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/server_client.h"
#include "tests/simulation/server_message.h"
#include "tests/simulation/subscription_check.h"

namespace courtside::simulation {

class SessionClient final : public ServerClient {
 public:
  // `reading`: which of channel_lists() it subscribes to.
  SessionClient(std::size_t number, std::size_t account, const std::vector<std::size_t>& reading,
                const LogTruth& truth, Random& random);

  void act() override;
  void want_all() override;
  std::string check_rest() const override;
  std::string complaint() const override;
  ServerClientCounters counters() const override;

  // FarEnd
  void on_upgraded() override;

 private:
  // One subscription, over all connections. Its number is its place in the list, from 1.
  struct Reading {
    SubscriptionCheck told;
    std::string start;          // where it wants to begin, until it has begun: `from`
    std::uint32_t asked = 0;    // the subscribe that is not answered
    std::uint32_t leaving = 0;  // the unsubscribe
    bool is_begun = false;
    bool is_batched = false;  // whether it asked for batches
    std::size_t members = 0;  // how many members of an event it asked for; 0: all
  };
  struct Publish {
    std::string id;
    bool is_repeat = false;
  };

  HttpRequest request() override;
  void hear(const SimulatedConnection::Block& block) override;
  void on_left() override;

  std::string any_start();
  void subscribe(Reading& reading);
  void unsubscribe(Reading& reading);
  void publish();

  void hear_message(const ServerMessage& message, const LogAtSend& log);
  void hear_of(Reading& reading, const ServerMessage& message, const LogAtSend& log);
  void hear_event(Reading& reading, const ServerMessage& message, const LogAtSend& log);
  void hear_answer(const ServerMessage& message);
  void hear_ok(const ServerMessage& message, const Publish& publish);
  void hear_subscribed(const ServerMessage& message, const LogAtSend& log);
  void hear_draining();
  void check_author(const ServerMessage& message);
  std::uint64_t number_of(const Reading& reading) const;
  void complain(const std::string& what, const ServerMessage& message);

  std::vector<Reading> readings_;
  std::map<std::uint32_t, Publish> publishes_;  // not answered, by request
  std::vector<std::string> unsure_;             // ids whose answer got lost
  std::uint32_t last_request_ = 0;
  std::uint64_t last_event_ = 0;
  std::uint64_t pings_ = 0;  // not answered
  std::string complaint_;
  ServerClientCounters counters_;
};

}  // namespace courtside::simulation
