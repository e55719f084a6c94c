// Passes requests on to the server. Each page has a line of its own, which can be cut.
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

export class Line {
  #upstream: URL;
  #sockets = new Set<Duplex>();
  #cutUntil = 0;

  constructor(upstream: URL) {
    this.#upstream = upstream;
  }

  get isUnused(): boolean {
    return this.#sockets.size === 0 && Date.now() > this.#cutUntil;
  }

  /** Drops every connection, and each new one for so long. */
  cut(ms: number): void {
    this.#cutUntil = Date.now() + ms;
    for (const socket of this.#sockets) socket.destroy();
  }

  pass(incoming: IncomingMessage, answer: ServerResponse, path: string): void {
    if (this.#drop(incoming.socket)) return;
    const { hostname, port } = this.#upstream;
    const { method, headers } = incoming;
    const outgoing = request({ hostname, port, path, method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
      response.on("error", () => answer.destroy());
    });
    outgoing.on("error", () => {
      if (answer.headersSent) answer.destroy();
      else answer.writeHead(502).end();
    });
    answer.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  /** Both directions of a WebSocket, as they are. */
  upgrade(incoming: IncomingMessage, socket: Duplex, first: Buffer, path: string): void {
    if (this.#drop(socket)) return;
    const upstream = connect(Number(this.#upstream.port), this.#upstream.hostname);
    const lines = [`${incoming.method} ${path} HTTP/1.1`];
    const { rawHeaders } = incoming;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
    }
    upstream.write(`${lines.join("\r\n")}\r\n\r\n`);
    upstream.write(first);
    socket.pipe(upstream).pipe(socket);
    this.#sockets.add(socket);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #drop(socket: Duplex): boolean {
    const isCut = Date.now() < this.#cutUntil;
    if (isCut) socket.destroy();
    return isCut;
  }
}
