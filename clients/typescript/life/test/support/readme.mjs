// The programs of README.md, unchanged except for the address.
import { readFileSync } from "node:fs";

const text = readFileSync(new URL("../../../../../README.md", import.meta.url), "utf8");

/** The block that begins with ```js <name>, with `port` in place of 8080. */
export function program(name, port) {
  const block = new RegExp("^```js " + name.replace(".", "\\.") + "\\n(.*?)^```$", "ms").exec(text);
  if (block === null) throw new Error(`README.md has no program ${name}`);
  return block[1].replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`);
}
