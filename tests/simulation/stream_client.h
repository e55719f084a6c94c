// A client that reads server-sent events, and resumes with `Last-Event-ID` after every cut.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tests/simulation/server_client.h"
#include "tests/simulation/subscription_check.h"

namespace courtside::simulation {

class StreamClient final : public ServerClient {
 public:
  StreamClient(std::size_t number, std::size_t account, std::size_t channels, const LogTruth& truth,
               Random& random)
      : ServerClient(number, account, truth, random), told_(truth, account, channels) {}

  std::string check_rest() const override;
  std::string complaint() const override { return told_.complaint(); }
  ServerClientCounters counters() const override;

  // FarEnd
  void on_answer(int status) override;

 private:
  HttpRequest request() override;
  void hear(const SimulatedConnection::Block& block) override;
  void on_left() override;
  void hear_event(std::string_view text, const LogAtSend& log);

  SubscriptionCheck told_;
  bool has_begun_ = false;  // on this connection
  std::size_t resumed_ = 0;
};

}  // namespace courtside::simulation
