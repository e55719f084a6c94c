#!/usr/bin/env bash
# flatc 2.0.8 (Debian 12, flatbuffers-compiler 2.0.8+dfsg1-2) with npm flatbuffers 2.0.7: an optional
# scalar (`= null`) that a TypeScript client sets to 0 is not written. The reader sees null: "not
# given" instead of 0. C++ made by the same flatc writes it. The generated code passes 0 as the default
# of an optional field, and the builder leaves out what equals the default.
#
#   set to 1   read as 1
#   set to 0   read as null
#
# Seen on 2026-11-29. Also: the entry module exports the root type and what another type refers to; a
# second root (T2 below) that nothing refers to is not exported. This script exits non-zero when any of
# that changes.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
apt-get download -qq -o APT::Sandbox::User=root flatbuffers-compiler=2.0.8+dfsg1-2 >/dev/null
dpkg -x flatbuffers-compiler_*.deb package
npm install --silent --no-audit --no-fund --ignore-scripts flatbuffers@2.0.7 typescript@5.9.3

cat >two.fbs <<'EOF'
table Part { y: int; }
table T { x: uint64 = null; part: Part; }
table T2 { z: int; }
root_type T;
EOF
package/usr/bin/flatc --ts two.fbs
cat >main.ts <<'EOF'
import * as flatbuffers from 'flatbuffers';
import { T } from './two_generated';
for (const value of [1, 0]) {
  const builder = new flatbuffers.Builder();
  T.startT(builder);
  T.addX(builder, BigInt(value));
  builder.finish(T.endT(builder));
  const read = T.getRootAsT(new flatbuffers.ByteBuffer(builder.asUint8Array())).x();
  console.log(`set to ${value}   read as ${read}`);
}
EOF
node_modules/.bin/tsc --module commonjs --target es2020 --skipLibCheck main.ts
node main.js | tee output
diff output - <<'EOF'
set to 1   read as 1
set to 0   read as null
EOF
grep -q "export { Part }" two_generated.ts
! grep -q "T2" two_generated.ts
