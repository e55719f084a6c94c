// A session whose client, log and access are controlled by the test.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/session/session.h"
#include "tests/engine/support/small_log.h"

namespace courtside::fixtures {

// Strips the frame header of a small text frame (RFC 6455, section 5.2).
inline std::string payload_of(std::string_view frame) {
  const auto length = static_cast<unsigned char>(frame[1]);
  return std::string(frame.substr(length == 126 ? 4 : 2));
}

class SessionTest : public ::testing::Test,
                    public SessionHost,
                    public SubscriberOwner,
                    public HubHost {
 protected:
  void SetUp() override {
    hub_.emplace("e", small.held(), projections, *this);
    limits.heartbeat_ms = 1000;
    limits.hello_timeout_ms = 500;
    session.emplace(*this, protocol::json_codec(), json_wire(), limits, 0);
  }
  void TearDown() override {
    session.reset();
    EXPECT_EQ(hub_->subscriber_count(), 0u) << "a subscriber outlived its session";
  }

  void say(std::string_view message) { session->on_message(true, message); }
  void hello() {
    say(R"({"type":"hello"})");
    heard.clear();
  }
  // What the client received since the last call, one message per line.
  std::string take() { return std::exchange(heard, {}); }

  void commit(std::size_t count, const std::string& channel) {
    hub_->on_commit(small.commit(count, channel));
  }

  // HubHost, SubscriberOwner
  void forget_page(SubscriberId /*id*/) override {}
  std::uint64_t now_ms() override { return 0; }
  void wake_after(SubscriberId /*id*/, std::uint64_t /*delay_ms*/) override {}
  void on_barrier(std::size_t /*index*/) override {}
  std::optional<RenderedPage> read_page(SubscriberId, const SharedInterest& interest,
                                        OffsetRange range) override {
    const Result<Page> page = small.pages.read(interest->filter, {.window = range});
    return render_page("e", *interest, projections, *page);
  }
  void send_frames(const SharedBytes& frames) override { send_frame(std::string(frames.view())); }
  bool congested() const override { return is_congested; }
  void on_read_failed(SubscriberId /*id*/, const Error& /*error*/) override {}

  // SessionHost
  SubscriberOwner& owner() override { return *this; }
  Hub& hub() override { return *hub_; }
  void send_frame(std::string frame) override {
    // A block may hold several frames; tests here send one event at a time.
    heard.append(payload_of(frame)).append("\n");
  }
  void send_ping() override { ++pings; }
  void close(std::uint16_t code, std::string_view reason) override {
    heard.append("close ").append(std::to_string(code)).append(" ").append(reason).append("\n");
  }
  void pause_reading() override { paused = true; }
  void resume_reading() override { paused = false; }
  OffsetRange log_held() const override { return small.held(); }
  void read_states(const Identity& /*identity*/, std::uint32_t sub, std::uint64_t attempt,
                   const Start& start, const SharedInterest& /*interest*/) override {
    states_asked.push_back({sub, attempt, start});
  }
  // Answers the oldest request for states with one state of `bytes` bytes.
  void answer_states(std::size_t bytes = 2) {
    const StatesAsked asked_for = states_asked.front();
    states_asked.pop_front();
    session->on_states(asked_for.sub, asked_for.attempt, asked_for.start,
                       {{{.sub = asked_for.sub,
                          .subject = "a:1",
                          .position = "e:0",
                          .state = "{" + std::string(bytes - 2, ' ') + "}"}}});
  }
  void resolve_start(std::uint32_t sub, std::uint64_t attempt, const protocol::From& from,
                     const Filter& filter) override {
    lookups.push_back({sub, attempt, resolve_start_reading(from, filter, small.log, small.pages)});
  }
  // Access questions: answered at once, or by the test if `answers_later`.
  std::optional<Result<Identity>> identify(const std::optional<std::string>& credential,
                                           std::uint64_t attempt) override {
    asked.push_back("identify " + credential.value_or("nobody"));
    attempts.push_back(attempt);
    if (answers_later) return std::nullopt;
    return identity;
  }
  Result<void> check_credential(const Identity& /*identity*/) override { return credential_now; }
  std::optional<Result<ReadGrant>> check_read(const Identity& reader,
                                              const std::vector<std::string>& channels,
                                              std::uint32_t sub, std::uint64_t attempt) override {
    asked.push_back(reader.actor + " reads " + channels.front() + " by " + std::to_string(sub));
    attempts.push_back(attempt);
    if (answers_later) return std::nullopt;
    return grant;
  }
  std::optional<Result<PublishGrant>> check_publish(const Identity& publisher, EventView event,
                                                    std::uint64_t attempt) override {
    asked.push_back(publisher.actor + " publishes " + std::string(event.id()));
    attempts.push_back(attempt);
    if (answers_later) return std::nullopt;
    return publish_grant;
  }
  Result<void> take_publish(const Identity& /*identity*/) override { return {}; }
  Result<std::shared_ptr<const void>> take_subscribe(const Identity& /*identity*/,
                                                     std::size_t /*channels*/,
                                                     bool catches_up) override {
    if (refuse_catch_ups && catches_up) return fail(Code::overloaded, "too little memory");
    if (refuse_subscribe) return fail(Code::rate_limited, "too many channels");
    const auto place = std::make_shared<const int>();
    places.push_back(place);
    return place;
  }
  std::uint64_t access_changes() const override { return changes; }
  std::optional<Result<void>> trace_read(const Identity& reader, const Filter& filter,
                                         std::uint32_t /*sub*/, std::uint64_t attempt) override {
    traces.push_back(reader.actor + " read " + filter.channels.front());
    attempts.push_back(attempt);
    if (traces_later) return std::nullopt;
    return Result<void>();
  }
  Result<void> publish(IncomingEvent event, const Identity& /*identity*/,
                       const PublishGrant& /*grant*/, std::uint64_t ticket) override {
    if (refuse_publish) return fail(Code::overloaded, "too many appends are pending");
    published.emplace_back(std::move(event), ticket);
    return {};
  }

  struct Lookup {
    std::uint32_t sub;
    std::uint64_t attempt;
    Result<Start> start;
  };

  struct StatesAsked {
    std::uint32_t sub;
    std::uint64_t attempt;
    Start start;
  };

  SmallLog small;
  Projections projections;
  SessionLimits limits;
  std::optional<Hub> hub_;
  std::optional<Session> session;
  std::string heard;
  std::vector<Lookup> lookups;
  std::deque<StatesAsked> states_asked;
  bool is_congested = false;
  std::vector<std::pair<IncomingEvent, std::uint64_t>> published;
  bool refuse_publish = false;
  bool refuse_subscribe = false;
  bool refuse_catch_ups = false;
  std::vector<std::weak_ptr<const int>> places;  // of subscriptions, in the order of subscribing
  bool traces_later = false;  // audit events become durable when the test says so

  Result<Identity> identity = Identity{.kind = Identity::Kind::kAdministrator, .actor = "admin"};
  Result<void> credential_now = {};
  Result<ReadGrant> grant = ReadGrant{};
  Result<PublishGrant> publish_grant = PublishGrant{};
  bool answers_later = false;
  std::uint64_t changes = 0;
  std::vector<std::string> asked;
  std::vector<std::uint64_t> attempts;
  std::vector<std::string> traces;
  bool paused = false;
  int pings = 0;
};

}  // namespace courtside::fixtures
