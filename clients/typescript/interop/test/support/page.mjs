// What a page of the tests can do: run the loop. `handle` and `token` are functions of the test,
// which playwright exposes.
import { runLoop } from "./run_loop.mjs";

class Stopped extends Error {}

/** Returns the final error, or null when the test's handler has stopped the loop. */
window.read = async ({ program, url }) => {
  const handle = async ({ items, upToDate, offset }) => {
    const isEnough = await window.handle({ ids: items.map(({ id }) => id), upToDate, offset });
    if (isEnough) throw new Stopped();
  };
  try {
    await runLoop(program, url, () => window.token(), handle);
  } catch (error) {
    if (error instanceof Stopped) return null;
    return { status: error.status, text: error.text, json: error.json, message: String(error) };
  }
};

/** What a page of another origin gets from a plain request: the status, the headers it may see, the body. */
window.request = async (url, init) => {
  const answer = await fetch(url, init);
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
};

window.isReady = true;
