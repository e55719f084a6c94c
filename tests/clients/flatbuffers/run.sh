#!/usr/bin/env bash
# Makes the TypeScript client from the schemas as an application would, and runs it against a server of
# its own: run.sh PROGRAM. Prints what the client prints.
set -euo pipefail
program=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" || true; rm -rf "$work"' EXIT

cd "$work"
ln -s "$root/clients/typescript/node_modules" node_modules
cp "$here/client.ts" .
flatc --ts -o generated "$root/schema/event.fbs" "$root/schema/protocol.fbs"
node_modules/.bin/tsc --module commonjs --target es2020 --esModuleInterop --skipLibCheck \
  --types node client.ts

mkfifo output
"$program" serve --listen 127.0.0.1:0 --data "$work/data" >/dev/null 2>output &
server=$!
exec 3<output
url=
while [ -z "$url" ] && read -r line <&3; do
  url=$(sed -n 's/.*listening on http:\/\/\(127\.0\.0\.1:[0-9]*\).*/\1/p' <<<"$line")
done
cat <&3 >/dev/null &
timeout 60 node client.js "ws://$url/v1/ws"
