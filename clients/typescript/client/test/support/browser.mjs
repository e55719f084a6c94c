// Debian's Chromium, and pages that run one of our programs, bundled by esbuild.
import { once } from "node:events";
import http from "node:http";
import { build } from "esbuild";
import { chromium } from "playwright-core";

export function launch() {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

export async function startBrowser() {
  const browser = await launch();
  const { outputFiles } = await build({
    entryPoints: [new URL("../browser/page.mjs", import.meta.url).pathname],
    bundle: true,
    format: "esm",
    define: { "process.env.NODE_ENV": '"development"' },
    write: false,
  });
  const pages = http.createServer((request, answer) => {
    if (request.url === "/page.js") {
      answer.writeHead(200, { "content-type": "text/javascript" }).end(outputFiles[0].text);
    } else {
      answer
        .writeHead(200, { "content-type": "text/html" })
        .end('<!doctype html><div id="root"></div><script type="module" src="/page.js"></script>');
    }
  });
  pages.listen(0, "127.0.0.1");
  await once(pages, "listening");
  return {
    browser,
    url: `http://127.0.0.1:${pages.address().port}/`,
    async end() {
      await browser.close();
      pages.close();
    },
  };
}
