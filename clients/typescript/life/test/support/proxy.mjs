// A proxy for one client, with the faults of proxies and networks. It forwards bytes, and can
// forget a connection without closing it, reset it, or answer for a server that is down.
import { once } from "node:events";
import net from "node:net";

const badGateway =
  "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

export class Proxy {
  connections = 0; // connections to the server so far
  refused = 0; // requests answered with 502 so far
  pieces = 0; // chunks from the server so far
  seen = ""; // the last bytes that the server sent
  answers502 = false;
  #pairs = new Set();

  static async create(serverPort) {
    const proxy = new Proxy();
    proxy.serverPort = serverPort;
    proxy.server = net.createServer({ allowHalfOpen: false }, (client) => proxy.#take(client));
    proxy.server.listen(0, "127.0.0.1");
    await once(proxy.server, "listening");
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  #take(client) {
    client.on("error", () => {}); // Clients may leave with a reset.
    if (this.answers502) {
      client.once("data", () => {
        this.refused += 1;
        client.end(badGateway);
      });
      return;
    }
    const server = net.connect(this.serverPort, "127.0.0.1");
    const pair = { client, server, forgotten: false };
    this.#pairs.add(pair);
    server.on("connect", () => (this.connections += 1));
    server.on("error", () => {});
    server.on("data", (bytes) => {
      if (pair.forgotten) return;
      this.pieces += 1;
      this.seen = (this.seen + bytes.toString("latin1")).slice(-4096);
      client.write(bytes);
    });
    client.on("data", (bytes) => pair.forgotten || server.write(bytes));
    // Close it like the server did: earlier bytes are forwarded first.
    server.on("end", () => pair.forgotten || client.end());
    server.on("close", (failed) => failed && !pair.forgotten && client.resetAndDestroy());
    client.on("close", () => {
      server.destroy();
      this.#pairs.delete(pair);
    });
  }

  /** Existing connections stop forwarding, and neither side is told that they ended. */
  forget() {
    for (const pair of this.#pairs) pair.forgotten = true;
  }

  cut() {
    for (const { client } of this.#pairs) client.resetAndDestroy();
  }

  end() {
    this.cut();
    this.server.close();
  }
}
