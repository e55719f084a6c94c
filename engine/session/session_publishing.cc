#include "engine/session/session_publishing.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "engine/routing/publisher.h"

namespace courtside {

void SessionPublishing::add(std::uint32_t request, IncomingEvent event, const Identity& publisher) {
  waiting_.push_back({request, std::move(event)});
  if (waiting_.size() == 1) check_next(publisher);
  pace_reading();
}

void SessionPublishing::on_checked(std::uint64_t attempt, const Result<PublishGrant>& grant,
                                   const Identity& publisher) {
  if (attempt_ == 0 || attempt_ != attempt) return;
  attempt_ = 0;
  // A right that may have ended since the answer was made is asked for again.
  if (!grant || grant->as_of == host_.access_changes()) {
    submit(waiting_.front(), grant, publisher);
    waiting_.pop_front();
  } else if (waiting_.front().rounds == kRightsRoundsMax) {
    refuse_first(rights_change_too_fast());
  }
  check_next(publisher);
  pace_reading();
}

void SessionPublishing::check_next(const Identity& publisher) {
  while (!waiting_.empty()) {
    if (waiting_.front().rounds++ == 0) {
      if (const Result<void> taken = host_.take_publish(publisher); !taken) {
        refuse_first(taken.error());
        continue;
      }
    }
    attempt_ = context_.next_attempt();
    const auto known =
        host_.check_publish(publisher, EventView(waiting_.front().event.event), attempt_);
    if (!known) return;
    attempt_ = 0;
    submit(waiting_.front(), *known, publisher);
    waiting_.pop_front();
  }
}

void SessionPublishing::refuse_first(const Error& error) {
  context_.refuse(waiting_.front().request, error);
  waiting_.pop_front();
}

void SessionPublishing::submit(Waiting& waiting, const Result<PublishGrant>& grant,
                               const Identity& publisher) {
  if (!grant) return context_.refuse(waiting.request, grant.error());
  Submitted submitted{.ticket = ++last_ticket_,
                      .request = waiting.request,
                      .subject = std::string(EventView(waiting.event.event).subject())};
  const Result<void> published =
      host_.publish(std::move(waiting.event), publisher, *grant, submitted.ticket);
  if (!published) return context_.refuse(waiting.request, published.error());
  submitted_.push_back(std::move(submitted));
}

void SessionPublishing::on_verdict(const Verdict& verdict) {
  // Verdicts come in the order of submission; the search ends at the first.
  const auto found = std::find_if(
      submitted_.begin(), submitted_.end(),
      [&](const Submitted& submitted) { return submitted.ticket == verdict.author.ticket; });
  if (found == submitted_.end()) return;
  const Submitted submitted = std::move(*found);
  submitted_.erase(found);
  answer(submitted, verdict);
  pace_reading();
}

void SessionPublishing::on_log_failure(const Error& error) {
  for (const Submitted& submitted : std::exchange(submitted_, {})) {
    context_.refuse(submitted.request, error);
  }
}

void SessionPublishing::answer(const Submitted& submitted, const Verdict& verdict) {
  if (const auto* refused = std::get_if<Refused>(&verdict.outcome)) {
    return context_.refuse(submitted.request, refused->error);
  }
  if (const auto* conflict = std::get_if<Conflict>(&verdict.outcome)) {
    return context_.refuse(submitted.request, conflict_error(submitted.subject, *conflict));
  }
  const Appended& appended = std::get<std::vector<Appended>>(verdict.outcome).front();
  context_.send(protocol::Ok{.id = submitted.request,
                             .position = format_position(host_.hub().epoch(), appended.offset),
                             .subjectversion = appended.subject_version,
                             .duplicate = appended.duplicate});
}

void SessionPublishing::pace_reading() {
  const std::size_t count = submitted_.size() + waiting_.size();
  if (count >= limits_.publishes_in_flight_max || waiting_.size() >= kWaitingMax) {
    gate_.stop(ReadingGate::Reason::kPublishing);
  } else if (count <= limits_.publishes_in_flight_max / 2 && waiting_.size() <= kWaitingMax / 2) {
    gate_.clear(ReadingGate::Reason::kPublishing);
  }
}

}  // namespace courtside
