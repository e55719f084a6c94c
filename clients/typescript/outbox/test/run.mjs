// Generates the files that the tests need, checks the types, and runs every test:
// node test/run.mjs [flags of node]
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { writeExamples } from "./support/examples.mjs";
import { generate } from "./support/prisma.mjs";

const require = createRequire(import.meta.url);
const here = fileURLToPath(new URL(".", import.meta.url));

function node(...options) {
  const { status } = spawnSync(process.execPath, options, { cwd: here, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

await generate();
await writeExamples();
node(require.resolve("typescript/bin/tsc"), "-p", "types");
const tests = readdirSync(here).filter((name) => name.endsWith(".test.mjs"));
// One after the other, because the machine may be small and tests that wait for locks have a time
// limit.
node(...process.argv.slice(2), "--test", "--test-reporter=spec", ...tests);
