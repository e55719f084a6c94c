// The demo's events: those of the catalogue, some with fields that the demo adds. What is published
// and what is read is checked against them.
import type { CatalogueEvents, CourtsideEvent, EventType, EventTypes } from "@courtside/client";
import type { Layout, Money } from "./venue.js";

/** What a player wants to have. */
export interface Order {
  slotId: string;
  venueId: string;
  accountId: string;
  holdId: string;
  court: string;
  start: string;
  end: string;
  price: Money;
}

/** What a player has. */
export interface BookedSlot {
  bookingId: string;
  accountId: string;
  slotId: string;
  court: string;
  start: string;
  end: string;
  amount: Money;
}

declare module "@courtside/client" {
  interface EventTypes {
    "venue.updated": CatalogueEvents["venue.updated"] & Layout & { changed: string[] };
    "slot.price_changed": CatalogueEvents["slot.price_changed"] & { court?: string };
    "slot.held": CatalogueEvents["slot.held"] & Order;
    "slot.maintenance_started": CatalogueEvents["slot.maintenance_started"] & { reason: string };
    "booking.created": CatalogueEvents["booking.created"] & BookedSlot;
    "booking.cancelled": CatalogueEvents["booking.cancelled"] & Cancelled;
    "chat.room_opened": CatalogueEvents["chat.room_opened"] & { title: string };
    "ticket.replied": CatalogueEvents["ticket.replied"] & { body: string };
  }
}

/** Which booking of which slot is over. */
export type Cancelled = Pick<BookedSlot, "bookingId" | "accountId" | "slotId">;

type Without<E, Fields extends string> = E extends unknown ? Omit<E, Fields> : never;

/** An event, as far as the demo reads it. */
export type DemoEvent = Without<CourtsideEvent, "specversion" | "sequence" | "recordedtime">;

/** An event before the server has it. */
export type SentEvent = Without<DemoEvent, "subjectversion">;

/** The events of these types. */
export type Of<T extends EventType> = Extract<DemoEvent, { type: T }>;

/** What an event says: its type, subject and payload. A union that `type` tells apart. */
export type Content<T extends EventType = EventType> = {
  [Each in T]: { type: Each; subject: string; data: EventTypes[Each] };
}[T];
