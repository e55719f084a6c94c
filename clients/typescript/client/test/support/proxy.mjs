// A proxy for one client, with the faults of networks: it can reset a connection, end it cleanly,
// forget it without closing it, or do one of these in the middle of a message.
import { once } from "node:events";
import net from "node:net";

export const faults = ["reset", "end", "forget"];

export class FaultyProxy {
  #pairs = new Set();
  connections = 0; // so far

  static async create(server) {
    const proxy = new FaultyProxy();
    proxy.target = server;
    proxy.server = net.createServer((client) => proxy.#take(client));
    proxy.server.listen(0, "127.0.0.1");
    await once(proxy.server, "listening");
    proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
    return proxy;
  }

  #take(client) {
    const server = net.connect(this.target.port, "127.0.0.1");
    const pair = { client, server, isForgotten: false, bytesLeft: Infinity, fault: undefined };
    this.connections += 1;
    this.#pairs.add(pair);
    // Both sides may leave with a reset.
    client.on("error", () => {});
    server.on("error", () => {});
    server.on("data", (bytes) => this.#forward(pair, bytes));
    client.on("data", (bytes) => pair.isForgotten || server.write(bytes));
    server.on("close", (hasFailed) => {
      if (pair.isForgotten) return;
      if (hasFailed) client.resetAndDestroy();
      else client.end();
    });
    client.on("close", () => {
      server.destroy();
      this.#pairs.delete(pair);
    });
  }

  #forward(pair, bytes) {
    if (pair.isForgotten) return;
    const part = bytes.subarray(0, pair.bytesLeft);
    pair.bytesLeft -= part.length;
    pair.client.write(part);
    if (pair.bytesLeft === 0) this.#break(pair);
  }

  #break({ client, fault, ...pair }) {
    if (fault === "reset") client.resetAndDestroy();
    if (fault === "end") client.end();
    if (fault === "forget") pair.forget();
  }

  /** Ends the connections there are in this way, after so many more bytes from the server. */
  cut(fault, bytes = 0) {
    for (const pair of this.#pairs) {
      if (pair.fault) continue;
      pair.fault = fault;
      pair.forget = () => {
        pair.isForgotten = true;
      };
      pair.bytesLeft = bytes;
      if (bytes === 0) this.#break(pair);
    }
  }

  end() {
    for (const { client } of this.#pairs) client.resetAndDestroy();
    this.server.close();
  }
}
