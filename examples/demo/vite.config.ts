import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const client = fileURLToPath(new URL("../../clients/typescript/client/src/", import.meta.url));

export default defineConfig(({ isSsrBuild }) => ({
  base: "/demo/",
  esbuild: { jsx: "automatic" },
  resolve: {
    // The client as it is in this checkout. An application installs the package instead.
    alias: [
      { find: /^@courtside\/client$/, replacement: `${client}index.ts` },
      { find: /^@courtside\/client\/(.*)$/, replacement: `${client}$1.ts` },
    ],
    // The client's hooks use the page's React.
    dedupe: ["react", "react-dom"],
  },
  build: isSsrBuild
    ? {
        target: "node18",
        rollupOptions: { input: { main: "server/main.ts", evening: "evening/evening.ts" } },
      }
    : { outDir: "dist/page", target: "es2022" },
  logLevel: "warn",
}));
