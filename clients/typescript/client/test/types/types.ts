// Goal: mistakes in events are found by the compiler. A line after @ts-expect-error must be refused.
import {
  type CatalogueEvents,
  CourtsideClient,
  type CourtsideEvent,
  type EventOf,
  type Subscription,
} from "@courtside/client";
import { Publisher } from "@courtside/client/node";
import { localStore, sessionStore } from "@courtside/client/storage";

declare module "@courtside/client" {
  interface EventTypes {
    "coach.hired": { coachId: string; since: string };
    // A field of the application's own in a type of the catalogue.
    "venue.updated": CatalogueEvents["venue.updated"] & { courts: number };
  }
}

const client = new CourtsideClient({
  url: "https://example.org",
  token: async ({ refused }) => refused ?? "t",
  store: sessionStore(),
});
new CourtsideClient({ url: "https://example.org", store: new Map(), token: "t" });
new CourtsideClient({ url: "https://example.org", store: localStore("mine:") });
// @ts-expect-error the address is missing
new CourtsideClient({});
// @ts-expect-error an unknown option
new CourtsideClient({ url: "https://example.org", reconnect: true });

export async function publishes(): Promise<void> {
  await client.publish({
    type: "booking.created",
    subject: "booking:b_1",
    data: { bookingId: "b_1", amount: { minor: 45000, currency: "INR" } },
  });
  await client.publish(
    { type: "coach.hired", subject: "coach:c_1", data: { coachId: "c_1", since: "2026-11-01" } },
    { expectedversion: 0 },
  );
  // @ts-expect-error the id is missing
  await client.publish({ type: "booking.created", subject: "booking:b_1", data: {} });
  await client.publish({
    type: "booking.created",
    subject: "booking:b_1",
    // @ts-expect-error a field of the wrong type
    data: { bookingId: 1 },
  });
  await client.publish({
    type: "coach.hired",
    subject: "coach:c_1",
    // @ts-expect-error an unknown field
    data: { coachId: "c_1", since: "2026-11-01", salary: 1 },
  });
  // @ts-expect-error an unknown type
  await client.publish({ type: "booking.canceled", subject: "booking:b_1", data: {} });
  await client.publish({
    type: "coach.hired",
    subject: "c:1",
    data: { coachId: "1", since: "" },
    // @ts-expect-error the server sets the position
    sequence: "1",
  });
  await client.publish({
    type: "venue.updated",
    subject: "venue:7",
    data: { venueId: "7", courts: 4 },
  });
  // @ts-expect-error the own field is missing
  await client.publish({ type: "venue.updated", subject: "venue:7", data: { venueId: "7" } });
  const publisher = new Publisher({ url: "https://example.org", source: "/jobs" });
  // @ts-expect-error a field is missing
  await publisher.publish({ type: "coach.hired", subject: "coach:c_1", data: { coachId: "c_1" } });
}

// A filter of types decides which events there are.
const chosen = client.subscribe(["user:42"], { types: ["booking.confirmed", "coach.*"] });
export const isChosen: Subscription<EventOf<"booking.confirmed"> | EventOf<"coach.hired">> = chosen;
// @ts-expect-error the events are not of this type
export const isNot: Subscription<EventOf<"booking.created">> = chosen;
client.subscribe("user:42", (event: CourtsideEvent) => event.data);
client.subscribe("user:42", { types: ["coach.hired"] }, (event, { position }) => {
  const id: string = event.data.coachId;
  // @ts-expect-error no such field
  event.data.bookingId;
  return id + position;
});
// So does a list of fields.
client.subscribe("user:42", { types: ["coach.*"], fields: ["id", "type", "data"] }, (event) => {
  event.data.coachId satisfies string;
  // @ts-expect-error it was not asked for
  event.subject;
});
client.subscribe("user:42", { fields: ["type", "data", "tenant"] }, (event) => {
  if (event.type === "coach.hired") event.data.since satisfies string;
  // @ts-expect-error it was not asked for
  event.id;
});
// @ts-expect-error a list of names
client.subscribe("user:42", { fields: "id" });
// @ts-expect-error a misspelt type
client.subscribe("user:42", { types: ["booking.canceled"] });
// @ts-expect-error no such family
client.subscribe("user:42", { types: ["bookings.*"] });
// @ts-expect-error from is misspelt
client.subscribe("user:42", { from: "begin" });

export async function exhaustive(): Promise<void> {
  for await (const event of client.subscribe("user:42", {
    types: ["booking.confirmed", "coach.*"],
  })) {
    switch (event.type) {
      case "booking.confirmed":
        event.data.bookingId satisfies string;
        break;
      case "coach.hired":
        event.data.since satisfies string;
        break;
      default:
        event satisfies never;
    }
    switch (event.type) {
      case "booking.confirmed":
        break;
      default:
        // @ts-expect-error a case is forgotten
        event satisfies never;
    }
  }
  for await (const event of client.historyAll({ channels: ["user:42"], types: ["coach.*"] })) {
    event.data.coachId satisfies string;
  }
}

export function states(): string {
  const { state } = client;
  switch (state.status) {
    case "waiting":
      return `again at ${new Date(state.retryAt).toISOString()}: ${state.reason}`;
    case "closed":
      return state.error?.code ?? state.reason;
    default:
      // @ts-expect-error only these two have a reason
      return state.reason;
  }
}
