// Checks the format, the lint rules and the types, and runs every test: node test/run.mjs [flags of
// vitest]
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));

function node(...options) {
  const { status } = spawnSync(process.execPath, options, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

if (!process.env.COURTSIDE_TEST_BINARY) {
  console.error("COURTSIDE_TEST_BINARY must be the server's program");
  process.exit(1);
}
node(require.resolve("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "..");
node(require.resolve("typescript/bin/tsc"), "-p", "test/types");
node(`${require.resolve("vitest/package.json")}/../vitest.mjs`, "run", ...process.argv.slice(2));
