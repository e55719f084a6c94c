// One evening at the sports centre: every story's next step, in the order of simulated time. It does
// no I/O: ask for the next step, publish it, and answer whether the server accepted it.
//
// The same seed and day give the same steps, unless people take part (`react`).
import { type Board, fold } from "./board.js";
import { afterCancellation, checkout } from "./booking.js";
import type { DemoEvent, SentEvent } from "./events.js";
import { programme } from "./programme.js";
import { Random } from "./random.js";
import type { Draft, Scene, Story } from "./story.js";

export const eveningSource = "/demo/evening";

const dayMs = 24 * 3_600_000;
const firstDay = Date.UTC(2026, 10, 7);

export interface Step {
  /** Simulated milliseconds since 1970. */
  at: number;
  event: SentEvent;
  expectedversion?: number;
}

interface Thread {
  at: number;
  story: Story;
  cause: Cause;
  isAccepted: boolean;
}

interface Cause {
  correlationid: string;
  causationid: string | undefined;
}

export class Evening {
  board: Board = new Map();
  now: number;
  readonly midnight: number;
  readonly date: string;
  readonly speed: number;
  #day: number;
  #random: Random;
  // In the order of time; threads of the same time in the order in which they came.
  #threads: Thread[] = [];
  #counts = new Map<string, number>();
  #open: { thread: Thread; step: Step } | undefined;

  /** `day` counts from 0. `speed` is only told to those who watch. */
  constructor(seed: number, day: number, speed = 60) {
    this.#random = new Random(seed * 1009 + day);
    this.#day = day;
    this.speed = speed;
    this.midnight = firstDay + day * dayMs;
    this.date = new Date(this.midnight).toISOString().slice(0, 10);
    this.now = this.midnight;
    this.#begin(programme);
  }

  /** When something may happen next. Nothing: the evening is over. */
  get nextAt(): number | undefined {
    return this.#threads[0]?.at;
  }

  /** The next step, if it happens by then. Each must be answered before the next is asked for. */
  next(until = Number.POSITIVE_INFINITY): Step | undefined {
    for (let thread = this.#threads[0]; thread && thread.at <= until; thread = this.#threads[0]) {
      this.#threads.shift();
      this.now = Math.max(this.now, thread.at);
      const { value: act, done } = thread.story.next(thread.isAccepted);
      if (done) continue;
      if ("say" in act) {
        const step = this.#step(thread, act.say);
        this.#open = { thread, step };
        return step;
      }
      this.#schedule(thread, this.now + act.wait);
    }
    return undefined;
  }

  /** The server's answer to the last step: the subject's version, or nothing if it was refused. */
  answer(subjectversion: number | undefined): void {
    if (!this.#open) throw new Error("there is no step to answer");
    const { thread, step } = this.#open;
    this.#open = undefined;
    thread.isAccepted = subjectversion !== undefined;
    if (subjectversion !== undefined) {
      this.board = fold(this.board, { ...step.event, subjectversion });
      thread.cause.causationid = step.event.id;
    }
    this.#schedule(thread, this.now);
  }

  /** Somebody else's event: the platform does its part. */
  react(event: DemoEvent, now: number): void {
    this.board = fold(this.board, event);
    this.now = Math.max(this.now, now);
    const cause = { correlationid: event.correlationid, causationid: event.id };
    if (event.type === "slot.held") this.#begin((scene) => checkout(scene, event.data), cause);
    if (event.type === "booking.cancelled") {
      this.#begin((scene) => afterCancellation(scene, event.data), cause);
    }
  }

  #begin(
    story: (scene: Scene) => Story,
    given: { correlationid?: string | undefined; causationid?: string | undefined } = {},
  ): void {
    const correlationid = given.correlationid ?? this.#newId("c");
    const cause = { correlationid, causationid: given.causationid };
    const thread = { at: this.now, story: story(this.#scene(cause)), cause, isAccepted: true };
    this.#schedule(thread, this.now);
  }

  #scene(cause: Cause): Scene {
    const evening = this;
    return {
      get board() {
        return evening.board;
      },
      get now() {
        return evening.now;
      },
      midnight: this.midnight,
      date: this.date,
      speed: this.speed,
      random: this.#random.fork(),
      newId: (kind) => evening.#newId(kind),
      play: (story) => evening.#begin(story, cause),
      begin: (story) => evening.#begin(story),
    };
  }

  #newId(kind: string): string {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    return `${kind}_${this.#day + 1}_${count}`;
  }

  #schedule(thread: Thread, at: number): void {
    thread.at = at;
    const index = this.#threads.findIndex((other) => other.at > at);
    this.#threads.splice(index < 0 ? this.#threads.length : index, 0, thread);
  }

  #step(thread: Thread, draft: Draft): Step {
    const { by, expectedversion, ...content } = draft;
    const { correlationid, causationid } = thread.cause;
    return {
      at: this.now,
      event: {
        id: this.#newId("e"),
        source: eveningSource,
        ...content,
        time: new Date(this.now).toISOString(),
        actorid: by ?? "platform",
        actortype: by ? "USER" : "SYSTEM",
        correlationid,
        ...(causationid && { causationid }),
      },
      ...(expectedversion !== undefined && { expectedversion }),
    };
  }
}
