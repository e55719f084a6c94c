#!/usr/bin/env bash
# npm eventsource 4.1.1 ignores an `id:` in a block without `data:`.
#
# The HTML standard (section 9.2.6, "dispatch the event") sets the last event ID before it checks
# whether there are data, so that a server can advance its readers' position without an event. Browsers
# do so. This package reads the block, dispatches nothing, and sends the older id, or none, when it
# reconnects. The events in between are sent again, or are lost if the stream begins from now.
#
# Seen, as the Last-Event-ID of the second request:
#   eventsource 4.1.1, `id: 7` alone           : none
#   eventsource 4.1.1, `id: 7` and `data: x`   : 7
#   undici 7.30.2, `id: 7` alone               : 7
#
# Therefore Courtside sends positions with data, under a separate event name (engine/delivery/wire.cc).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund eventsource@4.1.1 undici@7.30.2 >&2

cat >seen.mjs <<'END'
import http from "node:http";
import { EventSource as Eventsource } from "eventsource";
import { EventSource as Undici } from "undici";

// The Last-Event-ID with which a reader comes back after this block and the end of the stream.
function comesBackWith(EventSource, block) {
  return new Promise((resolve) => {
    let source;
    const server = http.createServer((request, answer) => {
      if (server.asked) {
        source.close();
        answer.destroy();
        server.close();
        return resolve(request.headers["last-event-id"] ?? "none");
      }
      server.asked = true;
      answer.writeHead(200, { "content-type": "text/event-stream" });
      answer.end(`retry: 10\n\n${block}\n\n`);
    });
    server.listen(0, "127.0.0.1", () => {
      source = new EventSource(`http://127.0.0.1:${server.address().port}/`);
    });
  });
}

const bare = "id: 7", whole = "id: 7\ndata: x";
console.log(`eventsource, id alone: ${await comesBackWith(Eventsource, bare)}`);
console.log(`eventsource, id and data: ${await comesBackWith(Eventsource, whole)}`);
console.log(`undici, id alone: ${await comesBackWith(Undici, bare)}`);
END
timeout 60 node --no-warnings seen.mjs | tee seen.txt
diff seen.txt - <<'END'
eventsource, id alone: none
eventsource, id and data: 7
undici, id alone: 7
END
