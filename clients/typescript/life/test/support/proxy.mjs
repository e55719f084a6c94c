// A proxy for one client, with the faults that proxies and networks have. It passes bytes on, and
// can forget a connection without ending it, cut it, or answer for a server that is away.
import { once } from "node:events";
import net from "node:net";

const badGateway =
  "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

export class Proxy {
  connections = 0; // made to the server so far
  refused = 0; // answered 502 so far
  pieces = 0; // that came from the server so far
  seen = ""; // what the server has sent lately
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
    client.on("error", () => {}); // A reset is one of the ways in which clients leave.
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
    // Ended as the server ended it: what came before is passed on first.
    server.on("end", () => pair.forgotten || client.end());
    server.on("close", (failed) => failed && !pair.forgotten && client.resetAndDestroy());
    client.on("close", () => {
      server.destroy();
      this.#pairs.delete(pair);
    });
  }

  /** Of the connections there are: nothing passes any more, and neither side hears of an end. */
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
