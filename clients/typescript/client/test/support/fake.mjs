// A clock that stands still, random numbers from a seed, and a server in memory, so that the deciding
// part of the client runs without real time and without a network.

/** mulberry32: the same numbers for the same seed. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// All promises that can go on have gone on.
export const settle = () => new Promise((go) => setImmediate(go));

export class FakeClock {
  time = 1_000_000;
  #timers = new Map();
  #next = 1;

  constructor(random = () => 0.5) {
    this.random = random;
  }

  now = () => this.time;

  setTimeout = (run, ms) => {
    this.#timers.set(this.#next, { run, at: this.time + ms });
    return this.#next++;
  };

  clearTimeout = (timer) => this.#timers.delete(timer);

  get timers() {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer. */
  get untilNext() {
    return Math.min(...[...this.#timers.values()].map(({ at }) => at)) - this.time;
  }

  /** Lets time pass, timer by timer. */
  async pass(ms) {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const [first] = [...this.#timers].sort(([, one], [, other]) => one.at - other.at);
      if (!first || first[1].at > end) break;
      this.time = Math.max(this.time, first[1].at);
      this.#timers.delete(first[0]);
      first[1].run();
      await settle();
    }
    this.time = end;
  }
}

/** Accepts every connection. `script` answers what the client sends. */
export class FakeServer {
  sockets = [];
  sent = [];

  constructor(script = {}) {
    const server = this;
    this.script = script;
    this.WebSocket = class {
      isClosed = false;
      constructor(url, protocol) {
        Object.assign(this, { url, protocol });
        server.sockets.push(this);
        queueMicrotask(() => this.isClosed || server.isDown || this.onopen?.({}));
      }
      send(text) {
        if (this.isClosed) return;
        const message = JSON.parse(text);
        server.sent.push(message);
        queueMicrotask(() => server.script[message.type]?.(message, this));
      }
      close() {
        this.isClosed = true;
      }
      /** To the client. */
      say(message) {
        if (!this.isClosed) this.onmessage?.({ data: JSON.stringify(message) });
      }
      /** The server closes it, or the network does. */
      end(code = 1006, reason = "") {
        if (this.isClosed) return;
        this.isClosed = true;
        this.onclose?.({ code, reason });
      }
    };
  }

  get socket() {
    return this.sockets.at(-1);
  }

  get open() {
    return this.sockets.filter(({ isClosed }) => !isClosed).length;
  }

  last(type) {
    return this.sent.findLast((message) => message.type === type);
  }

  count(type) {
    return this.sent.filter((message) => message.type === type).length;
  }
}

export const welcome = (more = {}) => ({
  type: "welcome",
  session: "s_1",
  epoch: "e1",
  head: "e1:0",
  heartbeat: 25_000,
  maxmessage: 65_536,
  ...more,
});

export const says = (message) => (_, socket) => socket.say(message);
