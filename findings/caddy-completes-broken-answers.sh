#!/usr/bin/env bash
# Caddy 2.6.2 (Debian 12) gives a chunked answer that breaks off a proper end.
#
# When the server behind reverse_proxy resets or closes the connection in the middle of a chunked answer, Caddy
# sends what came and then the last chunk (`0`), as if the answer were whole. The client sees status 200 and no
# error. With Content-Length the client does see that bytes are missing. `flush_interval -1` changes nothing. Without
# Caddy, curl reports both cases (56: the connection was reset; 18: the transfer ended early).
#
# Seen, as the status, the bytes and the exit status of curl, for a server that breaks off after 6 bytes:
#   direct, chunked, reset: 200 6 56
#   direct, chunked, closed: 200 6 18
#   Caddy, chunked, reset: 200 6 0
#   Caddy, chunked, closed: 200 6 0
#   Caddy, Content-Length, closed: 200 6 18
#
# A history file (x-ndjson, csv) has no length that is known before, so behind this Caddy a broken one looks whole.
# docs/proxies.md says so. It needs Debian's packages caddy, nodejs and curl.
set -euo pipefail
folder=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
[ "$(caddy version)" = 2.6.2 ] || { echo "this is another version: $(caddy version)" >&2; exit 1; }

cat >server.mjs <<'END_OF_PROGRAM'
import { once } from "node:events";
import net from "node:net";
import { writeFileSync } from "node:fs";

const head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n";
const answers = {
  chunked: `${head}Transfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n`,
  length: `${head}Content-Length: 12\r\n\r\nhello\n`,
};
const server = net.createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", (bytes) => {
    const [, form, end] = /^GET \/(\w+)\/(\w+) /.exec(bytes);
    socket.write(answers[form]);
    // What was written arrives before the end.
    setTimeout(() => (end === "reset" ? socket.resetAndDestroy() : socket.end()), 300);
  });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
writeFileSync("port", String(server.address().port));
END_OF_PROGRAM
node server.mjs &
pids+=($!)
until [ -s port ]; do sleep 0.1; done
server=$(cat port)

# Caddy cannot say which port the kernel chose.
proxy=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
cat >Caddyfile <<END_OF_FILE
{
  admin off
  auto_https off
}
http://127.0.0.1:$proxy {
  reverse_proxy 127.0.0.1:$server {
    flush_interval -1
  }
}
END_OF_FILE
HOME=$folder caddy run --config Caddyfile --adapter caddyfile >caddy.log 2>&1 &
pids+=($!)
until curl -s -o /dev/null "http://127.0.0.1:$proxy/length/closed" || [ $? -eq 18 ]; do sleep 0.1; done

ask() {  # name port path
  local seen status=0
  seen=$(curl -s -o /dev/null -w '%{http_code} %{size_download}' "http://127.0.0.1:$2/$3") || status=$?
  echo "$1: $seen $status"
}
{
  ask "direct, chunked, reset" "$server" chunked/reset
  ask "direct, chunked, closed" "$server" chunked/closed
  ask "Caddy, chunked, reset" "$proxy" chunked/reset
  ask "Caddy, chunked, closed" "$proxy" chunked/closed
  ask "Caddy, Content-Length, closed" "$proxy" length/closed
} | tee seen
diff seen - <<'END_OF_EXPECTED'
direct, chunked, reset: 200 6 56
direct, chunked, closed: 200 6 18
Caddy, chunked, reset: 200 6 0
Caddy, chunked, closed: 200 6 0
Caddy, Content-Length, closed: 200 6 18
END_OF_EXPECTED
