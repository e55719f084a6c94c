// What a page of the tests can do. The tests call it by page.evaluate.
import { createElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { CourtsideClient } from "../../dist/index.js";
import { CourtsideProvider, useConnectionState, useEventList } from "../../dist/react.js";
import { sessionStore } from "../../dist/storage.js";
import { sharedSocket } from "../../dist/tabs.js";

const backoff = { first: 20, max: 200 };

// Kept over reloads, like the positions.
const remember = (name, id) => {
  const all = JSON.parse(sessionStorage.getItem(name) ?? "[]");
  sessionStorage.setItem(name, JSON.stringify([...all, id]));
};

/** Subscribes to each channel, and writes what it sees into sessionStorage. */
window.follow = (url, channels) => {
  const client = new CourtsideClient({ url, backoff, store: sessionStore() });
  window.client = client;
  for (const channel of channels) {
    client.subscribe(channel, { from: "earliest" }, (event) =>
      remember(`seen ${channel}`, event.id),
    );
  }
};

window.seen = (channel) => JSON.parse(sessionStorage.getItem(`seen ${channel}`) ?? "[]");

/** A tab that shares its socket. */
window.share = (url, channel) => {
  const client = new CourtsideClient({ url, backoff, WebSocket: sharedSocket("courtside 42") });
  window.client = client;
  window.events = [];
  window.subscription = client.subscribe(channel, (event) => window.events.push(event.id));
};

function List({ channel, options }) {
  const events = useEventList(channel, { from: "earliest", limit: 3, ...options });
  const { status } = useConnectionState();
  return createElement("p", { id: "list" }, `${status}: ${events.map(({ id }) => id).join(" ")}`);
}

/** A page of React in StrictMode, whose component can be unmounted. */
window.mount = (url, channel) => {
  const root = createRoot(document.getElementById("root"));
  // React calls it twice in StrictMode, and uses one of the clients.
  window.clients = [];
  const make = () => {
    const client = new CourtsideClient({ url, backoff, idleTimeout: 100 });
    window.clients.push(client);
    return client;
  };
  let client = make;
  window.changeClient = () => {
    client = make();
  };
  window.show = (isShown, name = channel, options = {}) => {
    const list = isShown && createElement(List, { channel: name, options });
    const provider = createElement(CourtsideProvider, { client }, list);
    root.render(createElement(StrictMode, null, provider));
  };
  window.show(true);
};

window.isReady = true;
