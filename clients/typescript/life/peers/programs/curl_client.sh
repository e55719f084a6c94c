#!/usr/bin/env bash
# A client of server-sent events on curl: curl_client.sh <URL of the stream>
#
# Prints each event's sequence and type. Further options of curl come from the variable CURL_OPTIONS.
set -uo pipefail
url=$1
after=''      # the position to go on from
wait_ms=500   # the longest pause

pause() {  # back-off with full jitter
  local ms=$((wait_ms * RANDOM / 32768))
  sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
  wait_ms=$((2 * wait_ms < 30000 ? 2 * wait_ms : 30000))
}

dispatch() {
  case $event in
    '') return ;;
    courtside.progress)
      wait_ms=500
      [[ $data =~ \"heartbeat\":([0-9]+) ]] && heartbeat_ms=${BASH_REMATCH[1]}
      [[ $data == *'"live":true'* ]] && echo live ;;
    gap) echo "gap $data" ;;
    error) echo "error $data" ;;
    *) [[ $data =~ \"sequence\":\"([0-9]+)\" ]] && echo "${BASH_REMATCH[1]} $event" ;;
  esac
  after=$id
}

while :; do
  heartbeat_ms=15000 id='' event='' data=''
  resume=()
  [ -z "$after" ] || resume=(--header "Last-Event-ID: $after")
  exec 3< <(exec curl --silent --no-buffer --fail ${CURL_OPTIONS:-} \
    --header 'Accept: text/event-stream' "${resume[@]}" "$url")
  curl=$!
  # Ends at the end of the connection, and when nothing came for two heartbeats. Both leave an
  # unfinished line or event unread, as the standard wants.
  while IFS= read -r -t $((heartbeat_ms / 500)) line <&3; do
    case $line in
      'id: '*) id=${line#id: } ;;
      'event: '*) event=${line#event: } ;;
      'data: '*) data=${line#data: } ;;
      '') dispatch; event='' data='' ;;
    esac
  done
  kill "$curl" 2>/dev/null
  wait "$curl" 2>/dev/null
  exec 3<&-
  pause
done
