// A TCP relay that breaks connections as planned: on the client's side of a proxy, or between the proxy
// and the server.
import { once } from "node:events";
import net from "node:net";

// A reset, an orderly end, and silence: both ends believe that the connection is open.
export const faults = ["reset", "end", "forget"];

// Node (20.20.2, 24.22.3) never closes a socket that is reset while it is being ended.
const reset = (socket) => (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy());

export class Cutter {
  connections = 0; // of the client, so far
  onConnection = () => {};
  #plan;
  #pairs = new Set();

  /**
   * With `requests`, only a connection that carries a client's request is broken, and not the health
   * checks of a proxy. It needs plain text.
   */
  static async create(port, { requests = false } = {}) {
    const cutter = new Cutter();
    cutter.target = port;
    cutter.requests = requests;
    cutter.server = net.createServer((near) => cutter.#take(near));
    cutter.server.listen(0, "127.0.0.1");
    await once(cutter.server, "listening");
    cutter.port = cutter.server.address().port;
    return cutter;
  }

  /**
   * The next connection after the `from`th breaks after so many bytes from the server; then `done` is
   * called. Without arguments: none breaks.
   */
  plan(plan) {
    this.#plan = plan && { from: this.connections, ...plan };
  }

  #take(near) {
    const far = net.connect(this.target, "127.0.0.1");
    const pair = { near, far, number: 0, sent: 0, isForgotten: false };
    if (!this.requests) pair.number = ++this.connections;
    this.#pairs.add(pair);
    this.onConnection();
    for (const socket of [near, far]) socket.on("error", () => {}); // Both may leave with a reset.
    near.on("data", (bytes) => {
      if (pair.isForgotten) return;
      if (this.requests && bytes.includes("GET /v1/")) {
        // A proxy may send several requests over one connection.
        pair.number = ++this.connections;
        pair.sent = 0;
      }
      far.write(bytes);
    });
    far.on("data", (bytes) => pair.isForgotten || this.#forward(pair, bytes));
    far.on("end", () => pair.isForgotten || near.end());
    far.on("close", (hasFailed) => hasFailed && !pair.isForgotten && reset(near));
    near.on("close", (hasFailed) => {
      if (hasFailed && !pair.isForgotten) reset(far);
      else far.destroy();
      this.#pairs.delete(pair);
    });
  }

  #forward(pair, bytes) {
    const plan = this.#plan;
    const isMeant = plan !== undefined && pair.number > plan.from;
    const part = isMeant ? bytes.subarray(0, Math.max(0, plan.bytes - pair.sent)) : bytes;
    pair.sent += part.length;
    pair.near.write(part);
    if (!isMeant || pair.sent < plan.bytes) return;
    this.#plan = undefined;
    this.#break(pair, plan.fault);
    plan.done();
  }

  #break(pair, fault) {
    pair.isForgotten = true;
    if (fault === "forget") return;
    if (fault === "end") {
      pair.near.end();
      pair.far.end();
    } else {
      reset(pair.near);
      reset(pair.far);
    }
  }

  end() {
    this.server.close();
    for (const { near } of this.#pairs) reset(near);
  }
}
