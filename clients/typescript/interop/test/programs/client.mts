// An application in an empty project: it publishes over HTTP, and receives over WebSocket and by
// server-sent events. Every entry of the package is imported, but not that for React.
import { CourtsideClient, type CourtsideEvent, CourtsideError, type PositionStore } from "@courtside/client";
import { Publisher } from "@courtside/client/node";
import { SseSocket } from "@courtside/client/sse";
import { localStore } from "@courtside/client/storage";
import { sharedSocket } from "@courtside/client/tabs";

declare module "@courtside/client" {
  interface EventTypes {
    "coach.hired": { coachId: string };
  }
}
declare const process: { argv: string[] };

const url = process.argv[2] as string;
const store: PositionStore = localStore();
if (typeof sharedSocket !== "function" || !store.get) throw new Error("an entry is not there");

const publisher = new Publisher({ url, source: "/jobs" });
await publisher.publish({ type: "booking.created", subject: "booking:b_1", data: { bookingId: "b_1" } });
await publisher.publish({ type: "coach.hired", subject: "coach:c_1", data: { coachId: "c_1" } });
await publisher.close();

async function first(options: { WebSocket?: typeof SseSocket }): Promise<CourtsideEvent> {
  const client = new CourtsideClient({ url, ...options });
  try {
    for await (const event of client.subscribe("booking:b_1", { from: "earliest" })) return event;
    throw new CourtsideError("closed", "no event came");
  } finally {
    await client.close();
  }
}

for (const event of [await first({}), await first({ WebSocket: SseSocket })]) {
  if (event.type !== "booking.created") throw new Error(`${event.type} came`);
  const bookingId: string = event.data.bookingId;
  // @ts-expect-error a field that the catalogue does not have
  event.data.coachId;
  if (bookingId !== "b_1") throw new Error(`${bookingId} came`);
}
console.log("as expected");
