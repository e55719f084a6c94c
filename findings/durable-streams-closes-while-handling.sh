#!/usr/bin/env bash
# `closed` of @durable-streams/client 0.2.7 settles while a subscriber still handles a batch.
#
# The package documents `closed` as "resolves when the session has fully closed", and batch.offset as the
# place to resume from. It reads ahead: while the subscriber of subscribeJson() waits, the next answer is
# read already. When the connection is cut then, `closed` rejects at once, and the batch is still being
# handled. A program that starts the next stream() there begins before this batch: it gets the batch twice,
# and two calls of its handler run side by side. A handler that does not wait is rarely caught by this,
# so tests with such a handler pass.
#
# Seen, with a handler that takes 500 ms and an event stream that is cut 100 ms after its item 1:
#   closed rejects, handlers at work: 1
#   items handled by two sessions: 1 1
#
# The loop of docs/protocol.md (Durable Streams) waits for its handler before the next stream(), and takes
# nothing from a session that is over.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund @durable-streams/client@0.2.7 >&2

cat >seen.mjs <<'END_OF_PROGRAM'
import { once } from "node:events";
import http from "node:http";
import { stream } from "@durable-streams/client";

// A stream of items 1, 2, ...; the offset is the number of items before. Each event stream has the next
// item, and is cut 100 ms later.
const server = http.createServer((request, answer) => {
  const query = new URL(request.url, "http://localhost").searchParams;
  const at = Math.max(0, Number(query.get("offset")));
  if (!query.has("live")) {
    const headers = { "stream-next-offset": String(at), "stream-up-to-date": "true" };
    return answer.writeHead(200, { "content-type": "application/json", ...headers }).end("[]");
  }
  const control = { streamNextOffset: String(at + 1), streamCursor: "1", upToDate: true };
  answer.writeHead(200, { "content-type": "text/event-stream" });
  answer.write(`event: data\ndata: [${at + 1}]\n\nevent: control\ndata: ${JSON.stringify(control)}\n\n`);
  setTimeout(() => answer.destroy(), 100);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${server.address().port}/`;

const handled = [];
let atWork = 0;
let offset = "-1";
for (let session = 1; session <= 2; session += 1) {
  const res = await stream({ url, offset, live: "sse" });
  res.subscribeJson(async (batch) => {
    atWork += batch.items.length;
    await new Promise((go) => setTimeout(go, batch.items.length * 500));
    atWork -= batch.items.length;
    handled.push(...batch.items);
    offset = batch.offset;
  });
  await res.closed.catch(() => session === 1 && console.log(`closed rejects, handlers at work: ${atWork}`));
}
while (atWork > 0) await new Promise((go) => setTimeout(go, 10));
console.log(`items handled by two sessions: ${handled.join(" ")}`);
process.exit();
END_OF_PROGRAM
timeout 60 node seen.mjs | tee seen.txt
diff seen.txt - <<'END_OF_OUTPUT'
closed rejects, handlers at work: 1
items handled by two sessions: 1 1
END_OF_OUTPUT
