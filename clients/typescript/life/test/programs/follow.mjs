// node follow.mjs <implementation> <file of README.md's follow.js> <url>: that program on one
// implementation of EventSource. Prints what a page would show.
const [implementation, file, url] = process.argv.slice(2);
globalThis.EventSource = await implementationOf(implementation);
const { follow } = await import(file);

async function implementationOf(name) {
  if (name === "node") return globalThis.EventSource; // with --experimental-eventsource
  return (await import(name)).EventSource;
}

follow(url, {
  "courtside.progress": ({ live }) => live && console.log("live"),
  "life.happened": ({ id }) => console.log("event", id),
  gap: ({ from, to }) => console.log("gap", from, to),
});
