// One origin for the browser: the page at /demo, and the server's own paths.
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import type { Duplex } from "node:stream";
import { Line } from "./line.js";

/** Pages that may be open at the same time. */
const linesMax = 500;
const cutMsMax = 60_000;

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

interface Target {
  line: Line;
  path: string;
}

export class Web {
  #files = new Map<string, Buffer>();
  #upstream: URL;
  #direct: Line;
  #lines = new Map<string, Line>();
  #server: Server;
  #sockets = new Set<Duplex>();

  /** `folder` has the built page. */
  constructor(folder: string, upstream: string) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath ?? entry.path, entry.name);
      this.#files.set(`/demo${path.slice(folder.length)}`, readFileSync(path));
    }
    this.#upstream = new URL(upstream);
    this.#direct = new Line(this.#upstream);
    this.#server = createServer((incoming, answer) => this.#answer(incoming, answer));
    this.#server.on("upgrade", (incoming, socket, first) => {
      const target = this.#target(incoming.url ?? "");
      if (target) target.line.upgrade(incoming, socket, first, target.path);
      else socket.destroy();
    });
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** Listens on this port, or on another one if it is taken. Returns the port. */
  async listen(port: number): Promise<{ port: number; isTaken: boolean }> {
    const isTaken = !(await this.#tryToListen(port));
    if (isTaken) await this.#tryToListen(0);
    const address = this.#server.address();
    if (!address || typeof address === "string") throw new Error("there is no port to listen on");
    return { port: address.port, isTaken };
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #tryToListen(port: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException): void => {
        if (error.code === "EADDRINUSE") resolve(false);
        else reject(error);
      };
      this.#server.once("error", failed);
      this.#server.listen(port, "127.0.0.1", () => {
        this.#server.off("error", failed);
        resolve(true);
      });
    });
  }

  #answer(incoming: IncomingMessage, answer: ServerResponse): void {
    const { pathname, searchParams } = new URL(incoming.url ?? "", "http://demo");
    const cut = /^\/line\/(\w+)\/cut$/.exec(pathname);
    if (cut?.[1] && incoming.method === "POST") {
      const ms = Math.min(Number(searchParams.get("ms")) || 0, cutMsMax);
      this.#line(cut[1])?.cut(ms);
      answer.writeHead(204).end();
      return;
    }
    const target = this.#target(incoming.url ?? "");
    if (target) target.line.pass(incoming, answer, target.path);
    else this.#serve(pathname, answer);
  }

  #target(url: string): Target | undefined {
    if (/^\/(v1\/|health)/.test(url)) return { line: this.#direct, path: url };
    const parts = /^\/line\/(\w+)(\/v1\/.*)$/.exec(url);
    const line = parts?.[1] && this.#line(parts[1]);
    return line ? { line, path: parts?.[2] ?? "" } : undefined;
  }

  #line(id: string): Line | undefined {
    const line = this.#lines.get(id) ?? new Line(this.#upstream);
    for (const [other, { isUnused }] of this.#lines) {
      if (isUnused && other !== id) this.#lines.delete(other);
    }
    if (this.#lines.size >= linesMax && !this.#lines.has(id)) return undefined;
    this.#lines.set(id, line);
    return line;
  }

  #serve(pathname: string, answer: ServerResponse): void {
    if (pathname === "/" || pathname === "/demo/") {
      answer.writeHead(302, { location: "/demo" }).end();
      return;
    }
    const name = pathname === "/demo" ? "/demo/index.html" : pathname;
    const body = this.#files.get(name);
    if (!body) {
      answer.writeHead(404, { "content-type": "text/plain" }).end("not found: see /demo\n");
      return;
    }
    answer.writeHead(200, {
      "content-type": types[extname(name)] ?? "application/octet-stream",
      "cache-control": name.startsWith("/demo/assets/")
        ? "max-age=31536000, immutable"
        : "no-cache",
      "content-security-policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    answer.end(body);
  }
}
