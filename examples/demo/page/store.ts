// What the page knows, folded from its events, and what was caught up after the connection was
// lost. Components read the snapshot, which is replaced and never changed.
import { CourtsideClient, type CourtsideEvent } from "@courtside/client";
import { venueId } from "../evening/venue.js";
import { type Arrivals, type ChannelReport, checkBoard, checkChannel } from "./check.js";
import { cutLine, lineUrl, read } from "./line.js";
import { foldPlayer, openPlayer, type PlayerView } from "./player-view.js";
import { foldVenue, openVenue, type VenueView } from "./venue-view.js";

export type Lane = "venue" | "player";

export interface Entry {
  event: CourtsideEvent;
  position: string;
  lane: Lane;
  /** ms since 1970 */
  arrivedAt: number;
}

export interface Report {
  /** ms for which there was no connection. */
  lostMs: number;
  /** ms from the connection to the last event that was caught up. */
  tookMs: number;
  channels: ChannelReport[];
  /** Slots that differ from the server's calendar. */
  boardDifferences: number;
}

export interface Outage {
  from: number;
  to?: number;
}

export interface Snapshot {
  venue?: VenueView;
  player: PlayerView;
  /** The newest first. */
  entries: readonly Entry[];
  /** Ids of events that were caught up. */
  caughtUp: ReadonlySet<string>;
  outages: readonly Outage[];
  /** When the cut ends, in ms since 1970. */
  cutUntil?: number;
  report?: Report;
  /** Between the reconnect and the report. */
  isChecking: boolean;
}

const entriesMax = 600;
const cutMs = 10_000;
export const venueChannel = `venue:${venueId}`;

export class Store {
  readonly client = new CourtsideClient({
    url: lineUrl,
    source: "/demo/page",
    client: "courtside-demo-page",
    backoff: { first: 250, max: 1000 },
  });
  #snapshot: Snapshot;
  #listeners = new Set<() => void>();
  #arrivals = new Map<Lane, Arrivals>();
  /** Before the first event that the page reads. */
  begin = "";
  // Before the first event of the evening.
  #evening = "";
  #lostAt: number | undefined;
  #isOpen = false;

  constructor(playerId: string) {
    this.#snapshot = {
      player: openPlayer(playerId, ""),
      entries: [],
      caughtUp: new Set(),
      outages: [],
      isChecking: false,
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): Snapshot => this.#snapshot;

  /** Begins at the last `venue.updated`, with which the evening has begun. */
  async open(): Promise<void> {
    const { last } = await read(`subjects/${venueChannel}`);
    this.begin = last;
    this.#evening = last;
    this.#set({ venue: openVenue(await read(`events/${last}`), last) });
    this.#arrivals.set("venue", { channel: venueChannel, position: last, after: last, events: [] });
    this.watch(this.#snapshot.player.id);
    this.client.onState(() => this.#stateChanged());
  }

  /** Shows another player. */
  watch(playerId: string): void {
    const after = this.#evening;
    const channel = `user:${playerId}`;
    this.#arrivals.set("player", { channel, position: after, after, events: [] });
    this.#set({
      player: openPlayer(playerId, after),
      entries: this.#snapshot.entries.filter(({ lane }) => lane === "venue"),
    });
  }

  /** Cuts this page's connection for ten seconds. */
  async cut(): Promise<void> {
    this.#set({ cutUntil: Date.now() + cutMs });
    await cutLine(cutMs);
  }

  /** The next event of a subscription. */
  take(lane: Lane, event: Entry["event"], position: string): void {
    const arrivals = this.#arrivals.get(lane);
    if (arrivals) {
      arrivals.position = position;
      if (this.#lostAt !== undefined) arrivals.events.push({ id: event.id, at: Date.now() });
    }
    const { venue, player, entries } = this.#snapshot;
    const entry = { event, position, lane, arrivedAt: Date.now() };
    if (lane === "venue" && event.type === "venue.updated") this.#evening = position;
    this.#set({
      ...(lane === "venue" && venue && { venue: foldVenue(venue, event, position) }),
      ...(lane === "player" && { player: foldPlayer(player, event) }),
      entries: [entry, ...entries].slice(0, entriesMax),
    });
  }

  #stateChanged(): void {
    const isOpen = this.client.state.status === "open";
    if (isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    if (!isOpen) this.#lost();
    else if (this.#lostAt !== undefined) void this.#check(this.#lostAt);
  }

  #lost(): void {
    const now = Date.now();
    // If it is lost again before the check is done, everything counts from the first time.
    if (this.#lostAt === undefined) {
      this.#lostAt = now;
      for (const each of this.#arrivals.values()) {
        each.after = each.position;
        each.events = [];
      }
    }
    const outages = [...this.#snapshot.outages, { from: now }].slice(-20);
    this.#set({ outages });
  }

  async #check(lostAt: number): Promise<void> {
    const now = Date.now();
    const outages = this.#snapshot.outages.map((each) => ({ to: now, ...each }));
    this.#set({ outages, isChecking: true });
    try {
      const epoch = this.begin.split(":")[0] ?? "";
      const arrivals = [...this.#arrivals.values()];
      const channels = await Promise.all(
        arrivals.map((each) => checkChannel(this.client, each, epoch, now)),
      );
      const tookMs = Math.max(now, ...channels.map(({ doneAt }) => doneAt)) - now;
      const { venue } = this.#snapshot;
      const boardDifferences = venue ? await checkBoard(venue) : 0;
      const ids = channels.flatMap(({ caughtUp }) => caughtUp);
      const report = { lostMs: now - lostAt, tookMs, channels, boardDifferences };
      this.#lostAt = undefined;
      this.#set({ report, caughtUp: new Set([...this.#snapshot.caughtUp, ...ids]) });
    } catch (error) {
      // Lost again: the next connection begins another check.
      console.warn("courtside demo: the check was interrupted", error);
    }
    this.#set({ isChecking: false });
  }

  #set(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}
