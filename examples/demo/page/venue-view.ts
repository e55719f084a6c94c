// What the venue's staff see, folded from the events of `venue:<id>`.
import { type Board, fold } from "../evening/board.js";
import type { DemoEvent, Of } from "../evening/events.js";
import type { Layout } from "../evening/venue.js";

/** Where a booking stands after it was confirmed. */
export type Stage = "playing" | "played" | "no show";

export interface VenueView {
  layout: Layout;
  board: Board;
  /** By booking. */
  stages: ReadonlyMap<string, Stage>;
  /** In the smallest unit. */
  takings: number;
  failedPayments: number;
  /** After the last event that is in here. */
  position: string;
}

const stages: Record<string, Stage> = {
  "booking.checked_in": "playing",
  "booking.completed": "played",
  "booking.no_show_confirmed": "no show",
};

/** The view at the beginning of an evening, which `venue.updated` announces. */
export function openVenue({ data }: Of<"venue.updated">, position: string): VenueView {
  return {
    layout: data,
    board: new Map(),
    stages: new Map(),
    takings: 0,
    failedPayments: 0,
    position,
  };
}

export function foldVenue(view: VenueView, event: DemoEvent, position: string): VenueView {
  if (event.type === "venue.updated") return openVenue(event, position);
  const { bookingId } = event.data;
  const next = { ...view, board: fold(view.board, event), position };
  const stage = stages[event.type];
  if (stage && bookingId) next.stages = new Map(view.stages).set(bookingId, stage);
  if (event.type === "payment.captured") next.takings += event.data.amount?.minor ?? 0;
  if (event.type === "refund.succeeded") next.takings -= event.data.amount?.minor ?? 0;
  if (event.type === "payment.failed") next.failedPayments += 1;
  return next;
}
