// Publishes small batches one after the other over one connection, until it is told to stop.
import { request as plain, Agent as PlainAgent } from "node:http";
import { request as secure, Agent as SecureAgent } from "node:https";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const pauseMs = 25;
const batchMax = 4;

export class Publisher {
  count = 0; // events that are on disk
  #isRunning = true;

  constructor({ port, tls, random }) {
    this.port = port;
    this.tls = tls;
    this.random = random;
    this.agent = new (tls ? SecureAgent : PlainAgent)({ keepAlive: true, maxSockets: 1 });
    this.ca = tls && readFileSync(tls.authority);
  }

  run() {
    this.ended = (async () => {
      while (this.#isRunning) {
        await this.publish(1 + Math.floor(this.random() * batchMax));
        await pause(pauseMs); // the pace, and no wait for a condition
      }
    })();
    this.ended.catch(() => {}); // stop() throws it
  }

  async stop() {
    this.#isRunning = false;
    await this.ended;
    this.agent.destroy();
  }

  async publish(size) {
    const events = Array.from({ length: size }, (_, i) => ({
      specversion: "1.0", id: `e${this.count + i}`, source: "/peers", type: "peers.happened",
      subject: "peers:1", channels: ["user:42"],
    }));
    const { status, body } = await this.#post(JSON.stringify(events));
    if (status !== 200) throw new Error(`publish: ${status} ${body}`);
    this.count += size;
  }

  #post(text) {
    const { port, agent, ca } = this;
    return new Promise((resolve, reject) => {
      const headers = {
        "content-type": "application/cloudevents-batch+json",
        "content-length": Buffer.byteLength(text),
      };
      const options = { host: "127.0.0.1", port, path: "/v1/events", method: "POST", headers, agent, ca };
      const request = (this.tls ? secure : plain)(options, (answer) => {
        let body = "";
        answer.setEncoding("utf8").on("data", (part) => (body += part));
        answer.on("end", () => resolve({ status: answer.statusCode, body }));
      });
      request.on("error", reject);
      request.end(text);
    });
  }
}
