#!/usr/bin/env bash
# flatc 2.0.8 (Debian 12, flatbuffers-compiler 2.0.8+dfsg1-2): according to its documentation,
# `flatc --conform OLD NEW` checks that NEW is a proper evolution of OLD. It exits with 0 for each of
# these changes, all of which break readers of old buffers or old readers of new ones:
#
#   the last field of a table removed            exit 0
#   a field made (required)                      exit 0
#   a new field that is (required)               exit 0
#   another file identifier                      exit 0
#   another root type                            exit 0
#   a union member that means another table      exit 0
#   the last member of a union removed           exit 0
#   a struct that grows                          exit 0
#
# It detects fields that moved and fields with another type: exit 1. Seen on 2026-11-29. This script
# exits with a status other than 0 when any of that changes.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
apt-get download -qq -o APT::Sandbox::User=root flatbuffers-compiler=2.0.8+dfsg1-2
dpkg -x flatbuffers-compiler_*.deb package
flatc=$scratch/package/usr/bin/flatc

expect() {  # exit status, what was done, old schema, new schema
  printf '%s\n' "$3" >old.fbs
  [ "$2" = "nothing changed" ] || [ "$3" != "$4" ] || { echo "$2: the same schema" >&2; exit 1; }
  printf '%s\n' "$4" >new.fbs
  local status=0
  "$flatc" --conform old.fbs new.fbs >output 2>&1 || status=$?
  printf '%-44s exit %s\n' "$2" "$status"
  [ "$status" = "$1" ] || { cat output; echo "expected exit $1" >&2; exit 1; }
}

old='table A { x: int; y: string; } table B { z: int; } union U { A, B } table M { u: U; }
root_type M; file_identifier "ABCD";'
expect 0 "nothing changed" "$old" "$old"
expect 0 "the last field of a table removed" "$old" "${old/ y: string;/}"
expect 0 "a field made (required)" "$old" "${old/y: string;/y: string (required);}"
expect 0 "a new field that is (required)" "$old" "${old/y: string;/y: string; n: string (required);}"
expect 0 "another file identifier" "$old" "${old/ABCD/ABCE}"
expect 0 "another root type" "$old" "${old/root_type M/root_type A}"
expect 0 "a union member that means another table" "$old" "${old/U \{ A, B/U \{ A: B, B}"
expect 0 "the last member of a union removed" "$old" "${old/A, B \}/A \}}"
expect 1 "two fields that changed places" "$old" "${old/x: int; y: string;/y: string; x: int;}"
expect 1 "a field of another type" "$old" "${old/x: int/x: short}"
struct='struct S { a: int; } table T { s: S; } root_type T;'
expect 0 "a struct that grows" "$struct" "${struct/a: int;/a: int; b: int;}"
