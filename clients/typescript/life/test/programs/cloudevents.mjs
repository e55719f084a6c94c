// node cloudevents.mjs <port>: a client of the subprotocol cloudevents.json over npm ws, which keeps
// its position as docs/protocol.md says.
import WebSocket from "ws";

const [port] = process.argv.slice(2);
let position;

function connect() {
  const after = position ? `&after=${encodeURIComponent(position)}` : "";
  const url = `ws://127.0.0.1:${port}/v1/ws?channel=user:42${after}`;
  const socket = new WebSocket(url, "cloudevents.json");
  let heartbeat = 15_000;
  let silence;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => socket.terminate(), 2 * heartbeat);
  };
  socket.on("message", (text) => {
    const { type, id, sequence, data } = JSON.parse(text);
    heartbeat = data.heartbeat ?? heartbeat;
    heard();
    if (type === "courtside.progress") {
      position = data.position;
      if (data.live) console.log("live");
    } else if (type === "courtside.gap") {
      position = data.to;
      console.log("gap", data.from, data.to);
    } else {
      console.log("event", id);
      position = `${position.split(":")[0]}:${BigInt(sequence)}`;
    }
  });
  socket.on("error", () => {}); // "close" follows.
  socket.on("close", () => {
    clearTimeout(silence);
    setTimeout(connect, 1000 * Math.random());
  });
  heard();
}
connect();
