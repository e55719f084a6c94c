// Vite's development server with a copy of a folder, whose files a test can edit.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { createServer } from "vite";

const root = new URL("../../", import.meta.url).pathname;

export async function startVite(source) {
  // Inside the workspace, so that the copy finds React.
  await mkdir(join(root, "build"), { recursive: true });
  const folder = await mkdtemp(join(root, "build/vite-"));
  await cp(source, folder, { recursive: true });
  const vite = await createServer({
    configFile: false,
    root: folder,
    cacheDir: join(folder, "node_modules/.vite"),
    plugins: [react()],
    resolve: {
      alias: [
        { find: /^@courtside\/client$/, replacement: join(root, "dist/index.js") },
        { find: /^@courtside\/client\/(.*)$/, replacement: join(root, "dist/$1.js") },
      ],
    },
    // At the start: an update in the middle of a test would load the page anew.
    optimizeDeps: { include: ["react", "react-dom/client", "react/jsx-dev-runtime"] },
    server: { host: "127.0.0.1", port: 0, fs: { allow: [join(root, "..")] } },
    logLevel: "error",
  });
  await vite.listen();
  return {
    url: `http://127.0.0.1:${vite.httpServer.address().port}/`,
    /** Replaces a text of a file. */
    async edit(name, before, after) {
      const path = join(folder, name);
      const text = await readFile(path, "utf8");
      if (!text.includes(before)) throw new Error(`${name} does not contain ${before}`);
      await writeFile(path, text.replace(before, after));
    },
    async end() {
      await vite.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
