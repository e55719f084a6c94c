// A proxy for one client that cuts answers at random, from a seed, with the faults of networks:
//
//   reset    the connection is reset
//   end      the connection is closed in order, in the middle of an answer
//   forget   nothing arrives any more, and neither side is told; the client's system gives the
//            connection up later
//
// Without the latter a browser would get stuck: Chromium does not end a preflight request when its
// request is aborted, and has six connections for each server.
import { once } from "node:events";
import net from "node:net";

import { randomOf } from "../../../client/test/support/fake.mjs";

const faults = ["reset", "end", "forget"];
const givenUpMs = 8_000; // keep-alive probes of TCP take minutes
const badGateway =
  "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

export class Cuts {
  done = { reset: 0, end: 0, forget: 0 };
  isDown = false; // every request is answered with 502
  refused = 0; // requests answered with 502
  #pairs = new Set();
  #due = []; // numbers of events, ascending: then the next answer is cut
  #armed = 0;

  /** `times` cuts while the client reads `total` events. */
  static async create(server, { total = 0, times = 0, seed = 1 } = {}) {
    const cuts = new Cuts();
    cuts.random = randomOf(seed);
    cuts.#due = Array.from({ length: times }, () => Math.floor(cuts.random() * total * 0.8));
    cuts.#due.sort((one, other) => one - other);
    cuts.first = Math.floor(cuts.random() * faults.length);
    cuts.listener = net.createServer((client) => cuts.#take(client, server.port));
    cuts.listener.listen(0, "127.0.0.1");
    await once(cuts.listener, "listening");
    cuts.url = `http://127.0.0.1:${cuts.listener.address().port}`;
    return cuts;
  }

  get count() {
    return this.done.reset + this.done.end + this.done.forget;
  }

  /** Whether the next answer is cut. */
  get isDue() {
    return this.#armed > 0;
  }

  /** The client has got this many events. */
  on(events) {
    for (; this.#due[0] <= events; this.#armed += 1) this.#due.shift();
  }

  #take(client, port) {
    client.on("error", () => {}); // Clients may leave with a reset.
    if (this.isDown) {
      client.once("data", () => {
        this.refused += 1;
        client.end(badGateway);
      });
      return;
    }
    const server = net.connect(port, "127.0.0.1");
    const pair = { client, server, isCut: false };
    this.#pairs.add(pair);
    server.on("error", () => {});
    server.on("data", (bytes) => this.#forward(pair, bytes));
    client.on("data", (bytes) => pair.isCut || server.write(bytes));
    server.on("end", () => pair.isCut || client.end());
    server.on("close", (hasFailed) => hasFailed && !pair.isCut && client.resetAndDestroy());
    client.on("close", () => {
      server.destroy();
      this.#pairs.delete(pair);
    });
  }

  #forward(pair, bytes) {
    if (pair.isCut) return;
    if (this.#armed === 0) return void pair.client.write(bytes);
    this.#armed -= 1;
    const fault = faults[(this.first + this.count) % faults.length];
    this.done[fault] += 1;
    pair.client.write(bytes.subarray(0, this.#lengthOf(fault, bytes)));
    this.#cut(pair, fault);
  }

  // How much of it still arrives. An orderly end comes in the last of the headers where there are some,
  // because Chromium takes that for a complete answer.
  #lengthOf(fault, bytes) {
    const head = bytes.indexOf("\r\n\r\n");
    const isHead = fault === "end" && bytes.subarray(0, 5).toString() === "HTTP/" && head > 100;
    return isHead ? head - Math.floor(this.random() * 100) : Math.floor(this.random() * bytes.length);
  }

  #cut(pair, fault) {
    pair.isCut = true;
    if (fault === "forget") {
      const timer = setTimeout(() => pair.client.resetAndDestroy(), givenUpMs);
      return void pair.client.on("close", () => clearTimeout(timer));
    }
    if (fault === "reset") pair.client.resetAndDestroy();
    if (fault === "end") pair.client.end();
    pair.server.destroy();
  }

  /** Resets every connection. */
  reset() {
    for (const pair of this.#pairs) this.#cut(pair, "reset");
  }

  end() {
    this.reset();
    this.listener.close();
  }
}
