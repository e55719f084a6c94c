// Lets the conformance suite of Durable Streams, which writes streams of any bytes, read from
// Courtside, which is written with POST /v1/events:
//
//   PUT  /v1/stream/<name>  names the channel suite:<number>; a body is appended
//   POST /v1/stream/<name>  appends an event for each JSON value; other bytes are a JSON text
//   GET, HEAD, OPTIONS      pass through to /v1/streams/<channel>; each event is shown as its data
//
// A name that was never PUT passes through as it is, which is no channel.
import { once } from "node:events";
import http from "node:http";

const isJson = (type) => type.split(";")[0].trim() === "application/json";

// The values that a body appends.
function valuesOf(type, body) {
  if (!isJson(type)) return body.length === 0 ? [] : [body.toString("utf8")];
  const value = JSON.parse(body.toString("utf8") || "[]");
  return Array.isArray(value) ? value : [value];
}

const dataOf = (json) => JSON.stringify(JSON.parse(json).map((event) => event.data));

// Shows each `data` event of server-sent events as the data of its events.
class Unwrap {
  #rest = "";
  take(text) {
    this.#rest += text;
    const blocks = this.#rest.split("\n\n");
    this.#rest = blocks.pop();
    return blocks.map((block) => `${this.#shown(block)}\n\n`).join("");
  }
  #shown(block) {
    if (!block.startsWith("event: data\n")) return block;
    return `event: data\ndata: ${dataOf(block.slice("event: data\ndata: ".length).replaceAll("\ndata: ", "\n"))}`;
  }
}

export class Shim {
  #channels = new Map();
  #count = 0;

  static async create(courtside) {
    const shim = new Shim();
    shim.courtside = new URL(courtside);
    shim.server = http.createServer((asked, answer) => {
      shim.#take(asked, answer).catch((error) => answer.writeHead(500).end(String(error)));
    });
    shim.server.listen(0, "127.0.0.1");
    await once(shim.server, "listening");
    return shim;
  }

  get url() {
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  async #take(asked, answer) {
    const [path, query] = asked.url.split("?");
    const chunks = [];
    for await (const chunk of asked) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (asked.method === "PUT" && !this.#channels.has(path))
      this.#channels.set(path, `suite:${this.#channels.size}`);
    const channel = this.#channels.get(path);
    if ((asked.method === "PUT" || asked.method === "POST") && channel !== undefined) {
      const headers = await this.#append(channel, valuesOf(asked.headers["content-type"] ?? "", body));
      answer.writeHead(asked.method === "PUT" ? 201 : 204, headers).end();
      return;
    }
    const name = channel ?? path.split("/").pop();
    this.#pass(asked, answer, `/v1/streams/${name}${query === undefined ? "" : `?${query}`}`);
  }

  // The headers of the answer.
  async #append(channel, values) {
    if (values.length === 0) return {};
    const events = values.map((data) => ({
      specversion: "1.0", id: String((this.#count += 1)), source: "/suite", type: "suite.appended",
      subject: channel, data,
    }));
    const answer = await fetch(new URL("/v1/events", this.courtside), {
      method: "POST",
      headers: { "content-type": "application/cloudevents-batch+json" },
      body: JSON.stringify(events),
    });
    if (answer.status !== 200) throw new Error(await answer.text());
    const [epoch, offset] = (await answer.json()).results.at(-1).position.split(":");
    return { "stream-next-offset": `${epoch}_${offset.padStart(20, "0")}` };
  }

  #pass(asked, answer, path) {
    const headers = { ...asked.headers, host: this.courtside.host };
    delete headers["accept-encoding"]; // The answer is read here.
    const { hostname, port } = this.courtside;
    const passed = http.request({ hostname, port, path, method: asked.method, headers }, (got) => {
      const type = got.headers["content-type"] ?? "";
      got.setEncoding("utf8");
      if (type === "text/event-stream") {
        answer.writeHead(got.statusCode, got.headers);
        const unwrap = new Unwrap();
        got.on("data", (text) => answer.write(unwrap.take(text)));
        got.on("end", () => answer.end());
        return;
      }
      let text = "";
      got.on("data", (part) => (text += part));
      got.on("end", () => {
        const shown = type === "application/json" && got.statusCode === 200 && text !== "" ? dataOf(text) : text;
        const { "content-length": length, ...rest } = got.headers;
        answer.writeHead(got.statusCode, rest).end(shown);
      });
    });
    passed.on("error", () => answer.destroy());
    answer.on("close", () => passed.destroy());
    passed.end();
  }

  end() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
