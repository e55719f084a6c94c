import { defineConfig } from "vitest/config";

export default defineConfig({
  // Node 20 does not know `await using`.
  esbuild: { include: /\.mjs$/, exclude: /node_modules/, loader: "js", target: "es2022" },
  test: {
    include: ["test/**/*.test.mjs"],
    testTimeout: 30_000,
    // The machine may be small, and each file starts servers of its own.
    fileParallelism: false,
  },
});
