// Goal: in any order of log-ins, reads, revocations, role changes, restarts, retention, restores
// and clock differences, the server allows exactly the reads that the rules allow.
//
// Each schedule comes from a seed. The deciding classes are the real ones, on an in-memory log and
// the test's clock; a restart rebuilds them from the log. A second implementation of the rules,
// over the full history, gives the expected results. A failure prints its seed and story.
// COURTSIDE_TEST_SEED runs one seed; COURTSIDE_TEST_SCHEDULES sets the number of seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/access/token_verifier.h"
#include "engine/routing/publisher.h"
#include "engine/server/revocation_memory.h"
#include "tests/engine/access/support/signer.h"
#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

constexpr std::int64_t kHour = 3600 * kMicrosPerSecond;
constexpr std::int64_t kLeeway = 4;  // seconds
constexpr std::int64_t kAgeMax = 7200;
constexpr const char* kSecret = "the platform's secret of 32 bytes and more";
constexpr std::array<const char*, 3> kAccounts = {"1", "2", "3"};
constexpr std::array<const char*, 3> kPermissions = {"booking:read_own", "booking:read_any",
                                                     "audit:read"};

struct Token {
  std::string text;
  std::string account;
  std::int64_t issued_us = 0;  // 0: the token has no issue time
  std::int64_t ends_us = 0;
  std::string permission;    // claimed by the token
  std::int64_t made_us = 0;  // true time
};

struct Revoked {
  std::string account;
  bool always = true;  // false: only without a database
  std::int64_t recorded_us = 0;
  std::int64_t at_us = 0;  // true time
};

// An account in the platform's database.
struct Row {
  bool is_active = true;
  std::string permission = "booking:read_own";
};

class Schedule : public FactSource {
 public:
  explicit Schedule(std::uint64_t seed) : random_(seed) {
    is_far_ahead_at_times_ = chance(4);
    config_.access.jwt_secret = kSecret;
    config_.access.jwt_leeway_s = kLeeway;
    config_.access.jwt_age_max_s = kAgeMax;
    verifier_ = *TokenVerifier::make(config_.access);
    start();
  }
  ~Schedule() override { answer_all(); }
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  // Returns "" when all reads were right, otherwise the story.
  std::string run(int steps) {
    while (steps-- > 0 && wrong_.empty()) step();
    answer_all();
    return wrong_.empty() ? "" : story_ + wrong_;
  }

  std::uint64_t allowed() const { return allowed_; }
  std::uint64_t refused() const { return refused_; }

  // Answers now or at a later step, with the state at the time of the question.
  void load(const FactKey& key, std::function<void(Result<Fact>)> done) override {
    const Row& row = rows_[key.id];
    Fact fact(AccountFact{.is_active = row.is_active, .role = "", .permissions = {row.permission}});
    if (chance(2)) return done(std::move(fact));
    loads_.emplace_back([done = std::move(done), fact] { done(fact); });
  }

 private:
  bool chance(int in) { return number(0, in - 1) == 0; }
  std::int64_t number(std::int64_t from, std::int64_t to) {
    return std::uniform_int_distribution<std::int64_t>(from, to)(random_);
  }
  template <typename List>
  auto& one_of(List& list) {
    return list[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(list.size()) - 1))];
  }
  void tell(const std::string& what) {
    story_ += std::to_string(true_us_ - kBegin) + " us: " + what + "\n";
  }

  // Both clocks are within half of the leeway of the true time, except for a server that is hours
  // ahead.
  std::int64_t server_us() const { return true_us_ + server_off_us_; }
  std::int64_t server_s() const { return server_us() / kMicrosPerSecond; }

  void step() {
    true_us_ += chance(3) ? number(0, kMicrosPerSecond)
                          : number(0, chance(10) ? kHour : 3 * kMicrosPerSecond);
    switch (number(0, 15)) {
      case 0:
      case 1:
      case 2: return make_token();
      case 3: return revoke("session.revoked");
      case 4: return change_role();
      case 5: return chance(2) ? restart() : turn_clocks();
      case 6: return drop();
      case 7: return chance(4) ? restore() : answer_one();
      case 8: return answer_one();
      default: return use_token();
    }
  }

  // ---------------------------------------------------------------------------------------------
  // Events of a schedule.

  void start() {
    config_.database.url = has_database_ ? "host=somewhere" : "";
    rules_ = std::make_unique<AccessRules>(*AccessRules::make(config_));
    FactCache::Sources sources = {};
    sources[static_cast<std::size_t>(FactKind::kAccount)] = has_database_ ? this : nullptr;
    cache_ = std::make_unique<FactCache>(
        config_.database, sources, [this] { return static_cast<std::uint64_t>(true_us_ / 1000); });
    access_ = std::make_unique<Access>(
        config_, *rules_, *cache_,
        [this](std::string_view token, std::int64_t now_s) {
          return verifier_->verify(token, now_s);
        },
        [this] { return Timestamp(server_us()); });
    memory_ = std::make_unique<RevocationMemory>(small_.log, small_.pages, small_.log);
    if (!memory_->begin() || !memory_->load(*access_)) wrong_ = "the start failed";
  }

  void restart() {
    answer_all();
    if (chance(4)) has_database_ = !has_database_;
    tell(std::string("restart ") + (has_database_ ? "with" : "without") + " a database");
    start();
  }

  void restore() {
    answer_all();
    restored_s_ = std::max(restored_s_, server_s());
    tell("restore");
    static_cast<void>(
        small_.log.write_notes({{.key = std::string(kRestoredNote),
                                 .value = std::to_string(restored_s_ * kMicrosPerSecond)}}));
    restart();
  }

  void turn_clocks() {
    constexpr std::int64_t kHalf = kLeeway * kMicrosPerSecond / 2;
    issuer_off_us_ = number(-kHalf, kHalf);
    server_off_us_ = number(-kHalf, kHalf);
    if (is_far_ahead_at_times_ && chance(2)) {
      server_off_us_ += number(0, 2 * kHour);
      was_far_ahead_ = true;
    }
    tell("clocks: issuer " + std::to_string(issuer_off_us_) + ", server " +
         std::to_string(server_off_us_));
  }

  void make_token() {
    Token token;
    token.account = one_of(kAccounts);
    token.permission = one_of(kPermissions);
    token.made_us = true_us_;
    const std::int64_t issued_us = true_us_ + issuer_off_us_;
    const bool is_exact = chance(3);
    token.issued_us = is_exact ? issued_us : issued_us / kMicrosPerSecond * kMicrosPerSecond;
    constexpr std::array<std::int64_t, 3> kLives = {60, 300, 10 * kAgeMax};
    token.ends_us =
        issued_us / kMicrosPerSecond * kMicrosPerSecond + one_of(kLives) * kMicrosPerSecond;
    if (chance(8)) token.issued_us = 0;
    std::string claims = R"({"userId":")" + token.account +
                         R"(","type":"ACCESS","permissions":[")" + token.permission +
                         R"("],"exp":)" + std::to_string(token.ends_us / kMicrosPerSecond);
    if (token.issued_us > 0) claims += R"(,"iat":)" + decimal(token.issued_us, is_exact);
    token.text = hmac_token(kSecret, R"({"alg":"HS256"})", claims + "}");
    tell("token " + std::to_string(tokens_.size()) + " " + claims);
    tokens_.push_back(std::move(token));
  }
  static std::string decimal(std::int64_t us, bool with_fraction) {
    if (!with_fraction) return std::to_string(us / kMicrosPerSecond);
    std::string fraction = std::to_string(us % kMicrosPerSecond);
    fraction.insert(0, 6 - fraction.size(), '0');
    return std::to_string(us / kMicrosPerSecond) + "." + fraction;
  }

  void revoke(const std::string& type) { commit(type, one_of(kAccounts), will_be_killed()); }

  void change_role() {
    const bool is_killed = will_be_killed();
    const std::string account = one_of(kAccounts);
    Row& row = rows_[account];
    row.is_active = !chance(5);
    row.permission = one_of(kPermissions);
    tell("account " + account + (row.is_active ? " is active, " : " is not active, ") +
         row.permission);
    commit("account.role_changed", account, is_killed);
  }

  // Whether the process is killed next. If so, all open questions are answered first.
  bool will_be_killed() {
    const bool is_killed = chance(6);
    if (is_killed) answer_all();
    return is_killed;
  }

  void commit(const std::string& type, const std::string& account, bool is_killed) {
    const std::string id = std::to_string(++last_id_);
    const std::string data = R"({"accountId":")" + account + R"("})";
    std::vector<IncomingEvent> events;
    events.push_back({.event = build_event({.id = id,
                                            .source = "/test",
                                            .type = type,
                                            .subject = "account:" + account,
                                            .data_kind = DataKind::kJson,
                                            .data = data})});
    small_.recorded = Timestamp(server_us());
    const Batch batch =
        small_.commit(*make_append(router_, std::move(events), Identity{}, Author{}));
    const std::int64_t recorded_us = batch.at(0).recorded().value();
    revoked_.push_back({account, type == "session.revoked", recorded_us, true_us_});
    tell(type + " " + account + " recorded " + std::to_string(recorded_us - kBegin));
    if (!is_killed) return take(batch);
    tell("killed before anything is made of it");
    restart();
  }

  void drop() {
    const OffsetRange held = small_.held();
    if (held.empty()) return;
    const Offset below(
        static_cast<std::uint64_t>(number(static_cast<std::int64_t>(held.begin.value()),
                                          static_cast<std::int64_t>(held.end.value()))));
    tell("retention drops what is below " + std::to_string(below.value()));
    take(small_.drop_below(below.value()));
  }

  // Applies a commit as AccessControl does.
  void take(const Batch& batch) {
    const CommitRights rights = find_rights(batch);
    if (!memory_->on_commit(batch, rights, *access_)) wrong_ = "a note was not written";
    for (const CommitRights::Change& each : rights.changes) {
      access_->on_change(each.change, batch.at(each.index).recorded());
    }
  }

  void answer_one() {
    if (loads_.empty()) return;
    const auto answer = std::move(loads_.front());
    loads_.pop_front();
    answer();
  }
  void answer_all() {
    while (!loads_.empty()) answer_one();
  }

  // ---------------------------------------------------------------------------------------------
  // Reads, compared with the rules at the time of each answer.

  void use_token() {
    if (tokens_.empty()) return;
    const Token& token = chance(2) ? tokens_.back() : one_of(tokens_);
    std::string channel = "user:" + std::string(one_of(kAccounts));
    if (chance(2)) channel = chance(2) ? "*" : "ops:bookings";
    const bool is_in_time = in_time(token);
    const auto on_identity = [this, token, channel, is_in_time](const Result<Identity>& who) {
      const bool right = is_in_time && !is_over(token) && !is_revoked(token) && is_active(token);
      check("log-in", token, right, who);
      if (!who) return;
      const auto on_read = [this, token, channel](const Result<ReadGrant>& grant) {
        const bool may = !is_revoked(token) && may_read(token, channel);
        check("read of " + channel, token, may, grant);
      };
      if (const auto now = access_->check_read(*who, {channel}, ReadMode::kLive, on_read)) {
        on_read(*now);
      }
    };
    if (const auto now = access_->identify(token.text, on_identity)) on_identity(*now);
  }

  template <typename T>
  void check(const std::string& what, const Token& token, bool right, const Result<T>& answer) {
    const bool seen = answer.has_value();
    ++(seen ? allowed_ : refused_);
    if (right == seen || !wrong_.empty()) return;
    // The fact changed during several loads in a row: the caller must ask again.
    if (!seen && answer.error().code == Code::overloaded) return;
    wrong_ =
        what + " with a token of " + token.account + " made at " +
        std::to_string(token.made_us - kBegin) + " us, iat " +
        std::to_string(token.issued_us - kBegin) + ": " +
        (seen ? "allowed, and must not be" : "refused, and must not be: " + answer.error().message);
  }

  bool in_time(const Token& token) const {
    if (is_over(token)) return false;
    const std::int64_t now_us = server_s() * kMicrosPerSecond;
    if (token.issued_us == 0) {
      return token.ends_us <= now_us + (kLeeway + kAgeMax) * kMicrosPerSecond;
    }
    return token.issued_us / kMicrosPerSecond <= server_s() + kLeeway;
  }

  // Also while the database is asked: a log-in may become too late.
  bool is_over(const Token& token) const {
    const std::int64_t now_us = server_s() * kMicrosPerSecond;
    if (now_us >= token.ends_us + kLeeway * kMicrosPerSecond) return true;
    const std::int64_t rounded_up_us =
        (token.issued_us + kMicrosPerSecond - 1) / kMicrosPerSecond * kMicrosPerSecond;
    return token.issued_us > 0 && now_us >= rounded_up_us + (kLeeway + kAgeMax) * kMicrosPerSecond;
  }

  bool is_revoked(const Token& token) {
    if (token.issued_us < restored_s_ * kMicrosPerSecond) return true;
    bool found = false;
    for (const Revoked& each : revoked_) {
      if (each.account != token.account || !(each.always || !has_database_)) continue;
      const bool is_older = token.issued_us <= each.recorded_us + kLeeway * kMicrosPerSecond;
      found |= is_older;
      if (token.issued_us == 0) continue;
      // The rule's promise in terms of true times.
      if (token.made_us < each.at_us && !is_older) wrong_ = "the rule lets an older token live";
      const bool is_certainly_newer =
          token.made_us > each.at_us + (2 * kLeeway + 1) * kMicrosPerSecond;
      if (is_certainly_newer && is_older && !was_far_ahead_) {
        wrong_ = "the rule refuses a token that is certainly newer";
      }
    }
    return found;
  }

  bool is_active(const Token& token) { return !has_database_ || rows_[token.account].is_active; }

  bool may_read(const Token& token, const std::string& channel) {
    if (!is_active(token)) return false;
    const std::string& held = has_database_ ? rows_[token.account].permission : token.permission;
    if (held == "audit:read") return true;  // a reader of `*` may read each channel
    if (channel == "*") return false;
    if (channel == "ops:bookings") return held == "booking:read_any";
    return channel == "user:" + token.account;
  }

  static constexpr std::int64_t kBegin = 1'800'000'000 * kMicrosPerSecond;

  std::mt19937_64 random_;
  bool is_far_ahead_at_times_ = false;
  bool was_far_ahead_ = false;
  bool has_database_ = true;
  std::int64_t true_us_ = kBegin;
  std::int64_t issuer_off_us_ = 0;
  std::int64_t server_off_us_ = 0;

  std::vector<Token> tokens_;
  std::vector<Revoked> revoked_;
  std::map<std::string, Row> rows_;
  std::int64_t restored_s_ = 0;
  std::deque<std::function<void()>> loads_;
  std::string story_;
  std::string wrong_;
  int last_id_ = 0;
  std::uint64_t allowed_ = 0;
  std::uint64_t refused_ = 0;

  Config config_;
  const Router router_ = *Router::make(default_routes());
  fixtures::SmallLog small_;
  std::unique_ptr<TokenVerifier> verifier_;
  std::unique_ptr<AccessRules> rules_;
  std::unique_ptr<FactCache> cache_;
  std::unique_ptr<Access> access_;
  std::unique_ptr<RevocationMemory> memory_;
};

std::uint64_t variable(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(AccessSchedules, AllowWhatTheRulesAllowAndNothingElse) {
  constexpr int kSteps = 80;
  const std::uint64_t only = variable("COURTSIDE_TEST_SEED", 0);
  const std::uint64_t count = variable("COURTSIDE_TEST_SCHEDULES", 1000);
  std::uint64_t allowed = 0, refused = 0;
  for (std::uint64_t seed = only > 0 ? only : 1; seed <= (only > 0 ? only : count); ++seed) {
    Schedule schedule(seed);
    ASSERT_EQ(schedule.run(kSteps), "") << "COURTSIDE_TEST_SEED=" << seed;
    allowed += schedule.allowed();
    refused += schedule.refused();
  }
  if (only > 0) return;
  EXPECT_GT(allowed, 5 * count) << "too few to mean anything";
  EXPECT_GT(refused, 5 * count) << "too few to mean anything";
}

}  // namespace
}  // namespace courtside
