// What the tabs of one origin share, in memory: Web Locks, which are held until the callback's promise
// is fulfilled, and BroadcastChannel, which gives nothing back to the sender.
export function fakeOrigin() {
  const queues = new Map();
  const channels = new Set();

  const grant = (queue) =>
    queueMicrotask(async () => {
      const { run, resolve } = queue[0];
      resolve(await run());
      queue.shift();
      if (queue.length > 0) grant(queue);
    });

  const locks = {
    request: (name, run) =>
      new Promise((resolve) => {
        const queue = queues.get(name) ?? [];
        queues.set(name, queue);
        if (queue.push({ run, resolve }) === 1) grant(queue);
      }),
  };

  class BroadcastChannel {
    constructor(name) {
      this.name = name;
      channels.add(this);
    }
    postMessage(message) {
      for (const channel of channels) {
        if (channel === this || channel.name !== this.name) continue;
        const data = structuredClone(message);
        queueMicrotask(() => channel.onmessage?.({ data }));
      }
    }
  }

  return { navigator: { locks }, BroadcastChannel };
}
