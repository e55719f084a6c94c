// Runs the loop, in Node and in pages.
import { stream } from "@durable-streams/client";

const AsyncFunction = (async () => {}).constructor;

/** Reads `url` and calls `handle` with each batch, until there is a final error or `handle` throws. */
export function runLoop(program, url, token, handle) {
  return new AsyncFunction("stream", "url", "token", "handle", program)(stream, url, token, handle);
}
