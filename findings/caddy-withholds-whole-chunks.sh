#!/usr/bin/env bash
# Caddy 2.6.2 (Debian 12) withholds a complete server-sent event while the chunk behind it is incomplete.
#
# A server sends an event as one chunk, and in the same segment the first bytes of the next chunk. Then the network
# is silent. nginx and HAProxy pass the event on. Caddy passes nothing on, not even the event, until the rest of the
# second chunk comes, although it flushes text/event-stream at once. The reader of Go's net/http does not return while
# it is within a chunk: it keeps what it has read before.
#
# Seen, as what a client has after a second in which it got nothing more:
#   direct: data: one
#   nginx: data: one
#   HAProxy: data: one
#   Caddy: nothing
#
# So a client behind Caddy may know nothing at all of a stream that has sent it much: neither an event nor the heartbeat.
# It waits for two heartbeats of the default length (docs/protocol.md, 15 s each), and resumes without loss.
# clients/typescript/life/peers has seen it. It needs Debian's packages caddy, nginx, haproxy, nodejs and curl.
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

const answer =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n" +
  "Transfer-Encoding: chunked\r\n\r\nb\r\ndata: one\n\n\r\nb\r\ndata: t";
const server = net.createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", () => socket.write(answer));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
writeFileSync("port", String(server.address().port));
END_OF_PROGRAM
node server.mjs &
pids+=($!)
until [ -s port ]; do sleep 0.1; done
server=$(cat port)

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}
caddy=$(free_port) nginx=$(free_port) haproxy=$(free_port)

cat >Caddyfile <<END_OF_FILE
{
  admin off
  auto_https off
}
http://127.0.0.1:$caddy {
  reverse_proxy 127.0.0.1:$server {
    flush_interval -1
  }
}
END_OF_FILE
HOME=$folder caddy run --config Caddyfile --adapter caddyfile >caddy.log 2>&1 &
pids+=($!)

cat >nginx.conf <<END_OF_FILE
daemon off;
error_log stderr;
pid $folder/pid;
events {}
http {
  access_log off;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  server {
    listen 127.0.0.1:$nginx;
    location / {
      proxy_pass http://127.0.0.1:$server;
      proxy_http_version 1.1;
    }
  }
}
END_OF_FILE
/usr/sbin/nginx -p "$folder" -e stderr -c "$folder/nginx.conf" >nginx.log 2>&1 &
pids+=($!)

cat >haproxy.cfg <<END_OF_FILE
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend web
  bind 127.0.0.1:$haproxy
  default_backend origin
backend origin
  server origin 127.0.0.1:$server
END_OF_FILE
/usr/sbin/haproxy -db -f haproxy.cfg >haproxy.log 2>&1 &
pids+=($!)

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
for port in "$caddy" "$nginx" "$haproxy"; do until listens "$port"; do sleep 0.1; done; done

ask() {  # name port
  local seen
  seen=$(curl -sN --max-time 1 "http://127.0.0.1:$2/" | head -n 1) || true
  echo "$1: ${seen:-nothing}"
}
{
  ask direct "$server"
  ask nginx "$nginx"
  ask HAProxy "$haproxy"
  ask Caddy "$caddy"
} | tee seen
diff seen - <<'END_OF_EXPECTED'
direct: data: one
nginx: data: one
HAProxy: data: one
Caddy: nothing
END_OF_EXPECTED
