// What a story is made of. A story is a generator: it yields what it does next, and gets back
// whether the server accepted it.
import type { EventType, EventTypes } from "@courtside/client";
import type { Board } from "./board.js";
import type { Content } from "./events.js";
import type { Random } from "./random.js";

export const minutes = 60_000;

/** An event as a story says it. The evening adds ids, time and actor. */
export type Draft<T extends EventType = EventType> = Content<T> & Terms;

interface Terms {
  /** The account that does it. Default: the platform itself. */
  by?: string;
  /** The subject must be at this version, so that of two people only one succeeds. */
  expectedversion?: number;
}

/** Wait for some simulated milliseconds, or say something. */
export type Act = { wait: number } | { say: Draft };

export type Story = Generator<Act, void, boolean>;

/** What a story sees of the evening. */
export interface Scene {
  readonly board: Board;
  /** Simulated time, in milliseconds since 1970. */
  readonly now: number;
  /** Midnight before the evening. */
  readonly midnight: number;
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** Simulated seconds in a second. */
  readonly speed: number;
  readonly random: Random;
  /** A new id, such as `b_1_7`. */
  newId(kind: string): string;
  /** Begins another story, caused by this one. */
  play(story: (scene: Scene) => Story): void;
  /** Begins a story that nothing has caused. */
  begin(story: (scene: Scene) => Story): void;
}

export const wait = (ms: number): Act => ({ wait: ms });

export const say = <T extends EventType>(
  type: T,
  subject: string,
  data: EventTypes[T],
  terms: Terms = {},
): { say: Draft<T> } => ({ say: { type, subject, data, ...terms } });

export const clockTime = (time: string): string => time.slice(11, 16);
