#include "tests/simulation/simulated_hub_host.h"

#include <utility>

#include "base/check.h"

namespace courtside::simulation {

void SimulatedHubHost::take_commit() {
  const SharedBatch batch = std::move(mailbox_.front());
  mailbox_.pop_front();
  std::vector<std::size_t> barriers;
  barrier_offsets_.clear();
  for (std::size_t i = 0; i < batch->size(); ++i) {
    // The same events on every hub, whatever they are about.
    if (digest_of(batch->at(i)) % 4 != 0) continue;
    barriers.push_back(i);
    barrier_offsets_.push_back(batch->at(i).offset());
  }
  hub_.on_commit(*batch, barriers);
  for (const Offset turn : std::exchange(late_turns_, {})) on_turn_(turn);
}

void SimulatedHubHost::on_barrier(std::size_t index) {
  const Offset at = barrier_offsets_[index];
  if (planted_ == Planted::kTurnLate) return late_turns_.push_back(at);
  on_turn_(at);
}

std::optional<RenderedPage> SimulatedHubHost::read_page(SubscriberId id,
                                                        const SharedInterest& interest,
                                                        OffsetRange range) {
  const PageRequest request = request_within(range);
  if (random_.one_in(2)) {
    std::optional<Page> page =
        pages_.read_tail(interest->filter, request, /*batches_max=*/random_.below(6));
    if (page) return render(*interest, std::move(*page), range);
  }
  asked_.push_back({id, interest, request});
  return std::nullopt;
}

void SimulatedHubHost::do_read() {
  // Read threads overtake one another.
  const std::size_t index = random_.below(asked_.size());
  const Read read = std::move(asked_[index]);
  asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(index));
  Result<Page> page = pages_.read(read.interest->filter, read.request);
  COURTSIDE_CHECK(page);
  done_.push_back({read.id, render(*read.interest, std::move(*page), read.request.window)});
}

void SimulatedHubHost::take_read() {
  DoneRead done = std::move(done_.front());
  done_.pop_front();
  OffsetRange& covered = done.page.covered;
  if (planted_ == Planted::kLiveOneEarly && next(covered.end) == hub_.held().end) {
    covered.end = hub_.held().end;
  }
  hub_.on_page(done.id, done.page);
}

void SimulatedHubHost::fail_read() {
  const SubscriberId id = done_.front().id;
  done_.pop_front();
  hub_.on_read_failed(id, {Code::internal, "the test failed it"});
  hub_.advance(id);  // its owner insists
}

PageRequest SimulatedHubHost::request_within(OffsetRange range) {
  return {.window = range,
          .events_max = random_.between(1, 8),
          .bytes_max = random_.one_in(4) ? 1U : 64U * 1024,
          .scanned_max = random_.one_in(4) ? random_.between(1, 4) : 1000};
}

RenderedPage SimulatedHubHost::render(const Interest& interest, Page page,
                                      OffsetRange asked) const {
  plant_in_page(page, asked);
  return render_page(kEpoch, interest, projections_, page);
}

void SimulatedHubHost::plant_in_page(Page& page, OffsetRange asked) const {
  OffsetRange& covered = page.covered;
  const bool begins_late = asked.begin < covered.begin;
  if (covered.empty()) return;
  switch (planted_) {
    case Planted::kPageOneShort:
      if (covered.count() > 1) covered.end = previous(covered.end);
      break;
    case Planted::kGapSwallowed: covered.begin = asked.begin; break;
    case Planted::kGapOneLonger:
      if (begins_late) covered.begin = next(covered.begin);
      break;
    case Planted::kFalseGap:
      if (!page.records.empty() && page.records.front()->offset() == covered.begin) {
        covered.begin = next(covered.begin);
        page.records.erase(page.records.begin());
      }
      break;
    default: break;
  }
}

}  // namespace courtside::simulation
