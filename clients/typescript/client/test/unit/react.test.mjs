// Goal: on the server the hooks render, open nothing and know no state but `idle`.
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";

import { CourtsideClient } from "../../dist/index.js";
import { CourtsideProvider, useConnectionState, useEventList } from "../../dist/react.js";
import { FakeServer, settle } from "../support/fake.mjs";

function Page() {
  const events = useEventList("user:1");
  return `${useConnectionState().status} ${events.length}`;
}

test("rendered on the server, nothing is opened", async () => {
  const server = new FakeServer();
  const { WebSocket } = server;
  const client = () => new CourtsideClient({ url: "http://test", WebSocket });
  const page = createElement(CourtsideProvider, { client }, createElement(Page));
  expect(renderToString(page)).toBe("idle 0");
  await settle();
  expect(server.sockets).toHaveLength(0);
});

test("without a provider the error says so", () => {
  expect(() => renderToString(createElement(Page))).toThrow("there is no CourtsideProvider");
});
