// Goal: all pages together leave out nothing that matched when the first was asked for.
import { expect, test } from "vitest";

import { CourtsideClient } from "../../dist/index.js";

const times = { since: "-2h", until: "-1m" };

test.each([
  ["asc", "after", { until: "-1m" }],
  ["desc", "before", { since: "-2h" }],
])("%s: once there were events, `%s` alone says where to go on", async (order, bound, rest) => {
  const pages = [
    { events: [], next: "e1:3", complete: false },
    { events: [{ id: "one" }], next: "e1:5", complete: false },
    { events: [], next: "e1:7", complete: false },
    { events: [{ id: "two" }], next: null, complete: true },
  ];
  const asked = [];
  const fetch = async (address) => {
    asked.push(Object.fromEntries(new URL(address).searchParams));
    return Response.json(pages[asked.length - 1]);
  };
  const client = new CourtsideClient({ url: "http://test", fetch });
  const seen = [];
  for await (const { id } of client.historyAll({ ...times, order })) seen.push(id);
  expect(seen).toEqual(["one", "two"]);
  expect(asked).toEqual([
    { ...times, order },
    { ...times, order, [bound]: "e1:3" },
    { ...rest, order, [bound]: "e1:5" },
    { ...rest, order, [bound]: "e1:7" },
  ]);
});
