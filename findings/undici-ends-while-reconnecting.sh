#!/usr/bin/env bash
# A program that waits only for an EventSource of undici 7.30.2 ends when its stream ends.
#
# While connected, the socket keeps the process alive. When the stream ends, the EventSource is CONNECTING
# and waits for its `retry` time on a timer that does not keep the process alive (undici calls unref). So
# the process exits with status 0, without an error, before it reconnects. Node 24 has the same
# implementation built in (--experimental-eventsource). npm eventsource 4.1.1 does not call unref, and
# reconnects.
#
# Seen, after an orderly end of the stream, with `retry: 300`:
#   undici 7.30.2      : exit 0 after one request
#   eventsource 4.1.1  : a second request
#
# A worker that only listens must keep itself alive. README's follow() does so with its timer for silence;
# the bare clients of clients/typescript/life have a timer for it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund eventsource@4.1.1 undici@7.30.2 >&2

cat >reader.mjs <<'END'
const [name, url] = process.argv.slice(2);
const { EventSource } = await import(name);
const source = new EventSource(url);
source.onerror = () => {};
END
cat >seen.mjs <<'END'
import { spawn } from "node:child_process";
import http from "node:http";

function becomesOf(name) {
  return new Promise((resolve) => {
    let requests = 0;
    const server = http.createServer((request, answer) => {
      if (++requests > 1) return reader.kill();
      answer.writeHead(200, { "content-type": "text/event-stream" });
      answer.end("retry: 300\ndata: x\n\n");
    });
    let reader;
    server.listen(0, "127.0.0.1", () => {
      const url = `http://127.0.0.1:${server.address().port}/`;
      reader = spawn(process.execPath, ["--no-warnings", "reader.mjs", name, url], { stdio: "inherit" });
      reader.on("exit", (status) => {
        server.close();
        resolve(requests > 1 ? "came back" : `exit ${status} after one request`);
      });
    });
  });
}
for (const name of ["undici", "eventsource"]) console.log(`${name}: ${await becomesOf(name)}`);
END
timeout 60 node seen.mjs | tee seen.txt
diff seen.txt - <<'END'
undici: exit 0 after one request
eventsource: came back
END
