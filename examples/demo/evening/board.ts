// The venue's slots, folded from its events. The server folds the same events in the same way
// (docs/protocol.md, "States"), so the two can be compared.
import type { CatalogueEvents } from "@courtside/client";
import type { DemoEvent, Of } from "./events.js";
import type { Money } from "./venue.js";

export type SlotStatus = "available" | "held" | "booked" | "maintenance";

export interface Slot {
  slotId: string;
  court: string;
  start: string;
  end: string;
  price: Money;
  status: SlotStatus;
  /** How many events the slot has had: what a booking gives as `expectedversion`. */
  version: number;
  holder?: string;
  holdId?: string;
  expiresAt?: string;
  bookingId?: string;
}

export type Board = ReadonlyMap<string, Slot>;

type SlotType = Extract<DemoEvent["type"], `slot.${string}`>;
type SlotData = CatalogueEvents["slot.held"] & { court?: string };

const isAboutSlot = (event: DemoEvent): event is Of<SlotType> => event.type.startsWith("slot.");

/** The board after an event. The same object if the event changes no slot. */
export function fold(board: Board, event: DemoEvent): Board {
  if (!isAboutSlot(event)) return board;
  const data: SlotData = event.data;
  const before = board.get(data.slotId) ?? unknownSlot(data.slotId);
  const slot: Slot = { ...before, version: event.subjectversion };
  for (const field of ["court", "start", "end", "price"] as const) {
    if (data[field] !== undefined) Object.assign(slot, { [field]: data[field] });
  }
  change(slot, event.type, data);
  return new Map(board).set(slot.slotId, slot);
}

function change(slot: Slot, type: SlotType, data: SlotData): void {
  const { accountId, holdId, expiresAt, bookingId } = data;
  switch (type) {
    case "slot.held":
      free(slot, "held");
      Object.assign(slot, { holder: accountId, holdId, expiresAt });
      break;
    case "slot.booked":
      free(slot, "booked");
      Object.assign(slot, { holder: accountId, bookingId });
      break;
    case "slot.maintenance_started":
      free(slot, "maintenance");
      break;
    // The late end of an earlier hold or booking frees nothing.
    case "slot.hold_released":
    case "slot.hold_expired":
      if (slot.status === "held" && slot.holdId === holdId) free(slot, "available");
      break;
    case "slot.released":
      if (slot.status === "booked" && slot.bookingId === bookingId) free(slot, "available");
      break;
    case "slot.maintenance_ended":
      if (slot.status === "maintenance") free(slot, "available");
      break;
  }
}

function free(slot: Slot, status: SlotStatus): void {
  slot.status = status;
  delete slot.holder;
  delete slot.holdId;
  delete slot.expiresAt;
  delete slot.bookingId;
}

function unknownSlot(slotId: string): Slot {
  const price = { minor: 0, currency: "INR" };
  return { slotId, court: "", start: "", end: "", price, status: "available", version: 0 };
}
