// Generates the code of the binary protocol from its schema, and builds its client, into build/.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const schema = (name) => path(`../../../../schema/${name}`);

function run(program, ...options) {
  const { status } = spawnSync(program, options, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

rmSync(path("../build"), { recursive: true, force: true });
mkdirSync(path("../build/source"), { recursive: true });
run("flatc", "-T", "-o", path("../build/source/generated"), schema("event.fbs"), schema("protocol.fbs"));
copyFileSync(path("programs/flatbuffers.ts"), path("../build/source/flatbuffers.ts"));
// flatc 2.0.8 writes imports without a file extension, as CommonJS requires.
writeFileSync(path("../build/package.json"), '{"type":"commonjs"}\n');
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
run(process.execPath, tsc, "-p", path("programs"));
