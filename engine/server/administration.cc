#include "engine/server/administration.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/loop_thread.h"

namespace courtside {
namespace {

// Collects the answers of the shards; the last one completes it.
struct Gathered {
  std::mutex mutex;
  std::size_t missing;
  std::vector<std::string> connections;
  bool is_closed = false;
};

std::string json_list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& each : items) out.append(out.size() > 1 ? "," : "").append(each);
  return out + "]";
}

// Runs `ask` on each shard's thread, and `complete` after the last one.
void ask_all(const Shards& shards, const std::shared_ptr<Gathered>& gathered,
             const std::function<void(Shard&)>& ask, const std::function<void()>& complete) {
  gathered->missing = shards.size();
  for (const auto& each : shards) {
    each->post_task([gathered, ask, complete, &shard = *each] {
      loop_thread.entered();
      ask(shard);
      bool is_last = false;
      {
        const std::lock_guard lock(gathered->mutex);
        is_last = --gathered->missing == 0;
      }
      if (is_last) complete();
    });
  }
}

}  // namespace

void list_connections(const Shards& shards, std::function<void(std::string)> then) {
  const auto gathered = std::make_shared<Gathered>();
  ask_all(
      shards, gathered,
      [gathered](Shard& shard) {
        loop_thread.entered();
        std::vector<std::string> some = shard.connections();
        const std::lock_guard lock(gathered->mutex);
        std::move(some.begin(), some.end(), std::back_inserter(gathered->connections));
      },
      [gathered, then = std::move(then)] { then(json_list(gathered->connections)); });
}

void close_connection(const Shards& shards, std::uint64_t id, std::function<void(bool)> then) {
  const auto gathered = std::make_shared<Gathered>();
  ask_all(
      shards, gathered,
      [gathered, id](Shard& shard) {
        loop_thread.entered();
        const bool is_here = shard.cut(ConnectionId(id));
        const std::lock_guard lock(gathered->mutex);
        gathered->is_closed = gathered->is_closed || is_here;
      },
      [gathered, then = std::move(then)] { then(gathered->is_closed); });
}

}  // namespace courtside
