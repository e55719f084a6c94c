// node bare.mjs <implementation> <url>: EventSource alone, as it resumes by itself.
const [implementation, url] = process.argv.slice(2);
if (implementation !== "node") {
  globalThis.EventSource = (await import(implementation)).EventSource;
}
const source = new EventSource(url);
const on = (type, handle) =>
  source.addEventListener(type, ({ data }) => handle(JSON.parse(data)));
on("courtside.progress", ({ live }) => live && console.log("live"));
on("life.happened", ({ id }) => console.log("event", id));
on("gap", ({ from, to }) => console.log("gap", from, to));
// The EventSource of undici and of Node lets the process end while it waits to reconnect
// (findings/undici-ends-while-reconnecting.sh).
setInterval(() => {}, 1 << 30);
