// The loop of docs/protocol.md that reads a stream through cuts, as it stands there except for
// `live` and for the bound of an answer.
import { readFileSync } from "node:fs";

const page = readFileSync(new URL("../../../../../docs/protocol.md", import.meta.url), "utf8");
const [, program] = /```js\n(let offset = '-1', handling;\n.*?)```/s.exec(page);

function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`the loop of docs/protocol.md has no ${from}`);
  return text.replace(from, to);
}

/** The body of an async function with the parameters of run_loop.mjs. */
export function loopOf({ live, boundMs }) {
  return replaced(replaced(program, "live: 'sse'", `live: ${live}`), "90_000", String(boundMs));
}
