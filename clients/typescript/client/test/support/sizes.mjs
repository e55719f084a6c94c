// The size of a module as browsers get it: bundled and minified by esbuild, compressed by gzip. What
// is loaded later or comes from elsewhere (`external`) is left out.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const dist = new URL("../../dist/", import.meta.url).pathname;

export async function sizeOf(entry, external = []) {
  const { outputFiles } = await build({
    entryPoints: [`${dist}${entry}.js`],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    external,
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}
