#!/usr/bin/env bash
# RocksDB 7.8.3 (Debian 12, rocksdb-tools and librocksdb7.8 7.8.3-2): when a table file (NNNNNN.sst) of a
# database is missing, opening fails, and the error names a file that never existed: NNNNNN.ldb, the
# name that LevelDB would have used. No backup contains a file of that name.
#
#   ls data          000013.sst
#   rm 000013.sst, then open:
#     Corruption: Corruption: IO error: No such file or directory: While open a file for random read:
#     data/000013.ldb: No such file or directory in file data/MANIFEST-000010
#
# eventlog/database.cc puts the right name into its message. Seen on 2026-11-30. This script exits with a
# status other than 0 when the error names the .sst file.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
apt-get download -qq -o APT::Sandbox::User=root rocksdb-tools=7.8.3-2 librocksdb7.8=7.8.3-2
for package in *.deb; do dpkg -x "$package" package; done
ldb=$(find package/usr -name 'ldb' -type f | head -n 1)
LD_LIBRARY_PATH=$(dirname "$(find "$scratch/package" -name 'librocksdb.so*' | head -n 1)")
export LD_LIBRARY_PATH

"$ldb" --db=data --create_if_missing put key value >/dev/null
"$ldb" --db=data compact >/dev/null
"$ldb" --db=data get key
table=$(basename "$(find data -name '*.sst' | head -n 1)")
[ -n "$table" ] || { echo "there is no table to lose" >&2; exit 1; }
rm "data/$table"
if "$ldb" --db=data get key >output 2>&1; then echo "it opens without its table" >&2; exit 1; fi
cat output
grep -q "${table%.sst}.ldb" output || { echo "the error does not name ${table%.sst}.ldb" >&2; exit 1; }
if grep -q "$table" output; then echo "the error names the file as it is" >&2; exit 1; fi
