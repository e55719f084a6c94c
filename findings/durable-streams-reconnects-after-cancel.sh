#!/usr/bin/env bash
# @durable-streams/client 0.2.7 opens a new event stream after cancel() and after the abort of its `signal`.
#
# This happens with `live: "sse"` when the subscriber is at work at that moment and the next batch is there.
# The abort closes the connection. When the subscriber comes back, the session takes the closed connection for
# one that ended, connects again with an AbortController that nobody aborts, and hands on what comes. With
# `signal`, `closed` does not settle either, so an AbortSignal.timeout() does not end the session. With
# `live: "long-poll"` both end it.
#
# Seen, with an item each 50 ms and a handler that takes 200 ms:
#   sse, cancel(): connects again, and hands on items
#   sse, signal: connects again, and hands on items
#   long-poll, cancel(): ends
#   long-poll, signal: ends
#
# The loop of docs/protocol.md (Durable Streams) therefore bounds each request by its own `fetch`, instead of
# the session by `signal`. It aborts a session only to free it, and ignores what a session that is over hands
# on.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund @durable-streams/client@0.2.7 >&2

cat >seen.mjs <<'END_OF_PROGRAM'
import { once } from "node:events";
import http from "node:http";
import { stream } from "@durable-streams/client";

const pause = (ms) => new Promise((go) => setTimeout(go, ms));

// A stream of items 1, 2, ..., one each 50 ms; the offset is the number of items before.
let requests = 0;
const server = http.createServer(async (request, answer) => {
  const query = new URL(request.url, "http://localhost").searchParams;
  let at = Math.max(0, Number(query.get("offset")));
  const live = query.get("live");
  requests += 1;
  if (live !== "sse") {
    if (live) await pause(50);
    const headers = { "stream-next-offset": String(live ? at + 1 : at), "stream-up-to-date": "true" };
    answer.writeHead(200, { "content-type": "application/json", "stream-cursor": "1", ...headers });
    return answer.end(live ? `[${at + 1}]` : "[]");
  }
  answer.writeHead(200, { "content-type": "text/event-stream" });
  const timer = setInterval(() => {
    at += 1;
    const control = { streamNextOffset: String(at), streamCursor: "1", upToDate: true };
    answer.write(`event: data\ndata: [${at}]\n\nevent: control\ndata: ${JSON.stringify(control)}\n\n`);
  }, 50);
  answer.on("close", () => clearInterval(timer));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${server.address().port}/`;

async function becomesOf(live, how) {
  const abort = new AbortController();
  const res = await stream({ url, offset: "-1", live, signal: abort.signal });
  res.closed.catch(() => {});
  let items = 0;
  let atWork = false;
  res.subscribeJson(async (batch) => {
    if (batch.items.length === 0) return;
    items += batch.items.length;
    atWork = true;
    await pause(200);
    atWork = false;
  });
  while (items < 3 || !atWork) await pause(1);
  await pause(120); // It is at work, and the next item is there.
  if (how === "cancel()") res.cancel();
  else abort.abort();
  // What was read before may still be handed on.
  const before = { items: items + 3, requests };
  await pause(3000);
  const isAlive = items > before.items && requests > before.requests;
  return isAlive ? "connects again, and hands on items" : "ends";
}
for (const live of ["sse", "long-poll"])
  for (const how of ["cancel()", "signal"]) console.log(`${live}, ${how}: ${await becomesOf(live, how)}`);
process.exit();
END_OF_PROGRAM
timeout 60 node seen.mjs | tee seen.txt
diff seen.txt - <<'END_OF_OUTPUT'
sse, cancel(): connects again, and hands on items
sse, signal: connects again, and hands on items
long-poll, cancel(): ends
long-poll, signal: ends
END_OF_OUTPUT
