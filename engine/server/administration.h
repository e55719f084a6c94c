// What an administrator asks all shards: whose connections they have, and to cut one.
//
// Threads: any; each calls `then` once, on one of the shards' threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/server/commit_fan_out.h"

namespace courtside {

// A JSON list with one object for each connection (Peer::describe), in no order.
void list_connections(const Shards& shards, std::function<void(std::string)> then);

// `then` is told whether there was such a connection.
void close_connection(const Shards& shards, std::uint64_t id, std::function<void(bool)> then);

}  // namespace courtside
