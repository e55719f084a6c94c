// After an interruption: compares what has arrived with what the log has.
import type { CourtsideClient } from "@courtside/client";
import type { Board, Slot } from "../evening/board.js";
import { read } from "./line.js";
import type { VenueView } from "./venue-view.js";

/** What has arrived on a channel. */
export interface Arrivals {
  channel: string;
  /** After the last event. */
  position: string;
  /** The position when the connection was lost. */
  after: string;
  /** What came since then, with the time of its arrival in ms since 1970. */
  events: { id: string; at: number }[];
}

export interface ChannelReport {
  channel: string;
  after: string;
  /** Ids of the events that were recorded without a connection. */
  caughtUp: string[];
  /** The position of the last of them. */
  to: string;
  /** When it had arrived, in ms since 1970. */
  doneAt: number;
  lost: number;
  doubled: number;
  isInOrder: boolean;
}

const waitMs = 10_000;

/**
 * Reads the channel's history, waits until its last event has arrived, and compares. The connection
 * came back at `openedAt`, in ms since 1970: the server is on the same machine, so its clock is ours.
 */
export async function checkChannel(
  client: CourtsideClient,
  arrivals: Arrivals,
  epoch: string,
  openedAt: number,
): Promise<ChannelReport> {
  const { channel, after } = arrivals;
  const logged: { id: string; sequence: string; recordedtime: string }[] = [];
  for await (const event of client.historyAll({ channels: [channel], after })) logged.push(event);
  const missed = logged.filter(({ recordedtime }) => Date.parse(recordedtime) <= openedAt);
  const last = missed.at(-1);
  await arrival(arrivals, logged.at(-1)?.id);
  const ids = arrivals.events.map(({ id }) => id);
  const arrived = new Set(ids);
  return {
    channel,
    after,
    caughtUp: missed.map(({ id }) => id),
    to: last ? `${epoch}:${last.sequence.replace(/^0+/, "")}` : after,
    doneAt: arrivals.events.find(({ id }) => id === last?.id)?.at ?? openedAt,
    lost: logged.filter(({ id }) => !arrived.has(id)).length,
    doubled: ids.length - arrived.size,
    isInOrder: logged.every(({ id }, index) => ids[index] === id),
  };
}

async function arrival({ events }: Arrivals, id: string | undefined): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (id && !events.some((event) => event.id === id) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How many slots differ between the page's board and the server's calendar at the same position. */
export async function checkBoard({ layout, board, position }: VenueView): Promise<number> {
  const { opens, closes } = layout;
  const query = new URLSearchParams({ at: position, from: opens, to: closes, limit: "1000" });
  const { slots } = await read(`venues/riverside/calendar?${query}`);
  return countDifferences(board, slots);
}

function countDifferences(board: Board, slots: readonly Slot[]): number {
  const differing = slots.filter((theirs) => {
    const ours = board.get(theirs.slotId);
    return (
      ours?.version !== theirs.version ||
      ours.status !== theirs.status ||
      ours.holder !== theirs.holder
    );
  });
  return differing.length + Math.abs(board.size - slots.length);
}
