#!/usr/bin/env bash
# A program that waits for nothing but an EventSource of undici 7.30.2 ends when its stream does.
#
# While connected the socket keeps the process alive. When the stream ends, the EventSource is CONNECTING
# and waits for its `retry` time on a timer that is not counted (undici unrefs it), so nothing keeps the
# process: it exits with status 0, without an error, before it comes back. Node 24 has the same one built in
# (--experimental-eventsource). npm eventsource 4.1.1 counts its timer, and comes back.
#
# Seen, after an orderly end of the stream, with `retry: 300`:
#   undici 7.30.2      : exit 0 after one request
#   eventsource 4.1.1  : a second request
#
# A worker that only listens must hold itself: README's follow() does, by its timer for silence; the bare
# clients of clients/typescript/life have one for that.
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
