#include "tests/simulation/state_world.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "engine/delivery/start.h"
#include "eventlog/fold.h"

namespace courtside::simulation {
namespace {

constexpr std::size_t kStateRestRoundsMax = 10'000;
constexpr std::size_t kSubscriptionsMax = 3;

const std::vector<std::string>& subjects() {
  static const std::vector<std::string> all = {"thing:0", "thing:1", "user:1"};
  return all;
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

}  // namespace

StateCounters& StateCounters::operator+=(const StateCounters& other) {
  subscribed += other.subscribed;
  states += other.states;
  events += other.events;
  resumed += other.resumed;
  gaps += other.gaps;
  unknown += other.unknown;
  left += other.left;
  return *this;
}

StateWorld::StateWorld(std::uint64_t seed, PlantedInState planted)
    : random_(seed),
      planted_(planted),
      drops_(random_.one_in(4)),
      tail_(random_.one_in(2) ? random_.between(1, 3'000) : 1 << 20),
      interrupted_(log_,
                   [this] {
                     if (still_) return;
                     if (random_.one_in(6)) drop();
                     if (random_.one_in(4)) commit();
                   }),
      hub_("sim", log_.held(), projections_, *this) {
  for (std::uint64_t left = random_.below(8); left > 0; --left) commit();
}

StateWorld::~StateWorld() { session_.reset(); }

std::string StateWorld::run(std::size_t operations) {
  for (std::size_t i = 0; i < operations && complaint_.empty(); ++i) perform(random_.below(30));
  if (complaint_.empty()) come_to_rest();
  cut();
  if (hub_.subscriber_count() != 0) complain("the hub keeps subscribers that are gone");
  return complaint_;
}

void StateWorld::perform(std::uint64_t operation) {
  if (!session_) connect();
  if (operation < 7) {
    commit();
  } else if (operation < 13) {
    if (commits_.empty()) return;
    const SharedBatch batch = std::move(commits_.front());
    commits_.pop_front();
    hub_.on_commit(*batch);
  } else if (operation < 18) {
    do_read();
  } else if (operation < 23) {
    take_read();
  } else if (operation < 25) {
    if (told_.size() + asking_.size() < kSubscriptionsMax) subscribe();
  } else if (operation < 27) {
    congested_ = !congested_;
    if (!congested_) session_->on_drained();
  } else if (operation == 27) {
    unsubscribe();
  } else if (operation == 28) {
    drop();
  } else if (random_.one_in(3)) {
    cut();
  }
}

void StateWorld::come_to_rest() {
  if (!session_) connect();
  congested_ = false;
  session_->on_drained();
  for (std::size_t round = 0; complaint_.empty(); ++round) {
    if (round == kStateRestRoundsMax) return complain("it does not come to rest");
    // Who reads what grows as fast as it is read never comes to its end.
    still_ = round > kStateRestRoundsMax / 10;
    if (commits_.empty() && asked_.empty() && done_.empty()) break;
    if (!commits_.empty()) {
      hub_.on_commit(*commits_.front());
      commits_.pop_front();
    }
    do_read();
    take_read();
  }
  if (!asking_.empty()) complain("a subscribe was never answered");
  for (const auto& [sub, told] : told_) complain(told.check_rest());
}

// ---------------------------------------------------------------------------------------------
// The log.

void StateWorld::commit() {
  Append append;
  for (std::uint64_t left = random_.between(1, 3); left > 0; --left) {
    append.events.push_back(any_event());
  }
  apply(Command(std::move(append)));
}

void StateWorld::drop() {
  if (!drops_) return;
  const OffsetRange held = log_.held();
  apply(Command(Drop{Offset(held.begin.value() + random_.between(0, held.count() / 2))}));
}

void StateWorld::apply(const Command& command) {
  Fold fold(log_, log_.place(), Timestamp(static_cast<std::int64_t>(last_id_) * 1'000));
  if (!fold.apply(command)) complain("the fold failed");
  const auto batch = std::make_shared<const Batch>(fold.take());
  log_.commit(*batch, fold.place());
  tail_.add(batch);
  for (std::size_t i = 0; i < batch->size(); ++i) {
    history_.add(std::string(batch->at(i).bytes()));
  }
  history_.add_first_held(log_.held().begin);
  commits_.push_back(batch);
}

// Of a subject that is a channel too; it may reach that, another one, both or neither.
NewEvent StateWorld::any_event() {
  const std::string id = std::to_string(++last_id_);
  const std::string& subject = subjects()[random_.below(subjects().size())];
  const std::string data =
      R"({"n":)" + id + R"(,"f)" + std::to_string(random_.below(4)) + R"(":)" + id + "}";
  EventFields fields;
  fields.id = id;
  fields.source = "/simulation";
  fields.type = "thing.is";
  fields.subject = subject;
  fields.data_kind = DataKind::kJson;
  fields.data = data;
  NewEvent event;
  event.event = build_event(fields);
  event.key = Hash128{0, last_id_};
  if (!random_.one_in(4)) event.channels.push_back(subject);
  if (random_.one_in(3)) event.channels.emplace_back("venue:1");
  if (random_.one_in(4)) event.channels.emplace_back("other:1");
  return event;
}

// ---------------------------------------------------------------------------------------------
// The client.

void StateWorld::connect() {
  SessionHost& host = *this;
  session_.emplace(host, protocol::json_codec(), wire_, limits_, 0);
  session_->on_message(true, R"({"type":"hello"})");
}

void StateWorld::cut() {
  session_.reset();
  reading_states_ = false;
  ++session_number_;
  if (!told_.empty()) place_ = told_.begin()->second.place();
  told_.clear();
  asking_.clear();
}

void StateWorld::subscribe() {
  std::vector<std::string> channels;
  for (const std::string& subject : subjects()) {
    if (random_.one_in(2)) channels.push_back(subject);
  }
  if (channels.empty() || random_.one_in(3)) channels.emplace_back("venue:1");
  std::string names;
  for (const std::string& channel : channels) {
    names.append(names.empty() ? "\"" : ",\"").append(channel).append("\"");
  }
  const std::string number = std::to_string(++last_sub_);
  asking_.emplace(last_sub_, std::move(channels));
  const std::string form = random_.one_in(2) ? R"(,"batch":true)" : R"(,"fields":["id"])";
  session_->on_message(true, R"({"type":"subscribe","state":true,"id":)" + number + R"(,"sub":)" +
                                 number + R"(,"channels":[)" + names + R"(],"from":)" +
                                 any_start() + form + "}");
}

std::string StateWorld::any_start() {
  switch (random_.below(6)) {
    case 0: return R"("earliest")";
    case 1: return R"({"last":)" + std::to_string(random_.between(1, 20)) + "}";
    case 2: return R"("now")";
    case 3: return R"({"after":"other:5"})";
    default: break;
  }
  Offset after = previous(log_.held().end);
  if (place_ && !random_.one_in(3)) {
    ++counters_.resumed;
    after = previous(*place_);
  } else {
    after = Offset(random_.between(previous(log_.held().begin).value(), after.value()));
  }
  return R"({"after":")" + format_position("sim", after) + R"("})";
}

void StateWorld::unsubscribe() {
  const bool asked = !asking_.empty() && random_.one_in(2);
  if (!asked && told_.empty()) return;
  const std::uint32_t sub = asked ? asking_.begin()->first : told_.begin()->first;
  asking_.erase(sub);
  told_.erase(sub);
  session_->on_message(true,
                       R"({"type":"unsubscribe","id":1000000,"sub":)" + std::to_string(sub) + "}");
}

// ---------------------------------------------------------------------------------------------
// What is answered late.

void StateWorld::do_read() {
  if (asked_.empty()) return;
  const std::size_t index = random_.below(asked_.size());  // read threads overtake one another
  const auto at = asked_.begin() + static_cast<std::ptrdiff_t>(index);
  const std::function<Finish()> job = std::move(*at);
  asked_.erase(at);
  done_.push_back(job());
}

void StateWorld::take_read() {
  if (done_.empty()) return;
  const Finish finish = std::move(done_.front());
  done_.pop_front();
  finish();
}

void StateWorld::ask(std::function<Answer()> job) {
  asked_.push_back([this, job = std::move(job), number = session_number_]() -> Finish {
    return [this, answer = job(), number] {
      if (session_ && number == session_number_) answer(*session_);
    };
  });
}

void StateWorld::resolve_start(std::uint32_t sub, std::uint64_t attempt, const protocol::From& from,
                               const Filter& filter) {
  ask([this, sub, attempt, from, filter]() -> Answer {
    const auto start = resolve_start_reading(from, filter, interrupted_, pages_);
    return [=](Session& session) { session.on_start(sub, attempt, start); };
  });
}

void StateWorld::read_states(const Identity& /*identity*/, std::uint32_t sub, std::uint64_t attempt,
                             const Start& start, const SharedInterest& interest) {
  if (congested_) complain("states are made for a client that takes nothing");
  if (std::exchange(reading_states_, true)) complain("the states of two are made at once");
  Start begin = start;
  Offset at = previous(start.next);
  plant(begin, at);
  read_states_on(sub, attempt, begin,
                 std::make_shared<SubscribedStates>(projections_, interest, at));
}

void StateWorld::read_states_on(std::uint32_t sub, std::uint64_t attempt, const Start& begin,
                                const std::shared_ptr<SubscribedStates>& read) {
  ask([=, this]() -> Answer {
    const Result<bool> done = read->read_on(interrupted_, states_, random_.between(1, 40));
    COURTSIDE_CHECK(done);
    return [=, this, done = *done](Session& session) {
      const bool is_awaited = session.awaits_states(sub, attempt);
      if (!done && is_awaited) return read_states_on(sub, attempt, begin, read);
      reading_states_ = false;
      if (!done) {
        ++counters_.left;
        return session.on_states(sub, attempt, begin, fail(Code::not_found, "nobody waits"));
      }
      std::vector<protocol::State> states = read->states();
      for (protocol::State& state : states) {
        state.position = format_position("sim", previous(begin.next));
      }
      session.on_states(sub, attempt, begin, states);
    };
  });
}

void StateWorld::plant(Start& begin, Offset& at) const {
  const bool is_first = at == Offset(0);
  switch (planted_) {
    case PlantedInState::kNothing: break;
    case PlantedInState::kStateOneEarly: at = is_first ? at : previous(at); break;
    case PlantedInState::kStateOneLate: at = next(at) < log_.held().end ? next(at) : at; break;
    case PlantedInState::kEventsOneLate: begin.next = next(begin.next); break;
  }
}

std::optional<Result<ReadGrant>> StateWorld::check_read(const Identity&,
                                                        const std::vector<std::string>&,
                                                        std::uint32_t sub, std::uint64_t attempt) {
  if (random_.one_in(2)) return ReadGrant{};
  ask([=]() -> Answer {
    return [=](Session& session) { session.on_read_checked(sub, attempt, ReadGrant{}); };
  });
  return std::nullopt;
}

std::optional<RenderedPage> StateWorld::read_page(SubscriberId id, const SharedInterest& interest,
                                                  OffsetRange range) {
  const PageRequest request{.window = range,
                            .events_max = random_.between(1, 8),
                            .scanned_max = random_.one_in(4) ? random_.between(1, 4) : 1000};
  if (random_.one_in(2)) {
    const auto page = pages_.read_tail(interest->filter, request, random_.below(6));
    if (page) return render_page("sim", *interest, projections_, *page);
  }
  asked_.emplace_back([this, id, interest, request]() -> Finish {
    const Result<Page> page = pages_.read(interest->filter, request);
    COURTSIDE_CHECK(page);
    return [this, id, rendered = render_page("sim", *interest, projections_, *page)] {
      hub_.on_page(id, rendered);
    };
  });
  return std::nullopt;
}

// ---------------------------------------------------------------------------------------------
// What the client hears.

void StateWorld::hear(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    hear_line(lines.substr(0, end));
    lines.remove_prefix(end + 1);
  }
}

void StateWorld::hear_line(std::string_view line) {
  const std::string_view word = take_word(line);
  const auto sub = static_cast<std::uint32_t>(number_in(take_word(line)));
  const Offset offset(number_in(take_word(line)));
  if (asking_.contains(sub)) return hear_answer(sub, word, offset, line);
  const auto found = told_.find(sub);
  if (found == told_.end()) return;  // an answer to `unsubscribe`, or to what was taken back
  ToldState& told = found->second;
  if (word == "state") {
    ++counters_.states;
    if (line.ends_with(" null")) ++counters_.unknown;
    const std::string_view subject = take_word(line);
    complain(told.on_state(std::string(subject), offset, line));
  } else if (word == "event") {
    ++counters_.events;
    complain(told.on_event(offset));
  } else if (word == "gap") {
    ++counters_.gaps;
    complain(told.on_gap({offset, next(Offset(number_in(line)))}));
  } else if (word == "live") {
    complain(told.on_live(offset));
  } else if (word == "behind") {
    complain(told.on_behind(offset));
  }
}

void StateWorld::hear_answer(std::uint32_t sub, std::string_view word, Offset offset,
                             std::string_view rest) {
  std::vector<std::string> channels = std::move(asking_.at(sub));
  asking_.erase(sub);
  if (word == "subscribed") {
    ++counters_.subscribed;
    const bool is_foreign = rest == "foreign";
    told_.emplace(sub, ToldState(history_, std::move(channels),
                                 is_foreign ? std::nullopt : std::optional(offset)));
  } else {
    complain("instead of `subscribed`: " + std::string(word) + " " + std::string(rest));
  }
}

void StateWorld::complain(const std::string& what) {
  if (complaint_.empty()) complaint_ = what;
}

}  // namespace courtside::simulation
