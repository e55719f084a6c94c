// The platform of the demo: plays one evening after the other into the server, and does its part
// when a person books or cancels.
import { CourtsideClient, CourtsideError } from "@courtside/client";
import { Publisher } from "@courtside/client/node";
import { Evening, eveningSource, type Step } from "../evening/evening.js";
import type { DemoEvent } from "../evening/events.js";
import { doors } from "../evening/programme.js";
import { minutes } from "../evening/story.js";
import { venueId } from "../evening/venue.js";

export interface DeskOptions {
  /** The server's address. */
  url: string;
  seed: number;
  /** Simulated seconds in a second. */
  speed: number;
}

/** Between two evenings. */
const nightMs = 6000;

export class Desk {
  #client: CourtsideClient;
  // For many events at once.
  #publisher: Publisher;
  #options: DeskOptions;
  #evening: Evening;
  #day = 0;
  // The same moment in both times.
  #anchor = { real: 0, simulated: 0 };
  #wake: (() => void) | undefined;
  #isClosed = false;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#client = new CourtsideClient({
      url: options.url,
      client: "courtside-demo",
      backoff: { first: 100, max: 1000 },
    });
    this.#publisher = new Publisher({ url: options.url });
    this.#evening = new Evening(options.seed, 0, options.speed);
  }

  /** Opens the first evening: fulfilled when the doors open, so the board has something to show. */
  async open(): Promise<void> {
    this.#client.subscribe(`venue:${venueId}`, (event) => this.#react(event));
    await this.#playUntilDoors();
  }

  /** Plays on for ever, until it is closed. */
  async run(): Promise<void> {
    while (!this.#isClosed) {
      await this.#playEvening();
      if (!this.#isClosed) await this.#sleep(nightMs);
      if (this.#isClosed) return;
      this.#evening = new Evening(this.#options.seed, ++this.#day, this.#options.speed);
      await this.#playUntilDoors();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake?.();
    await Promise.all([this.#client.close(), this.#publisher.close()]);
  }

  async #playUntilDoors(): Promise<void> {
    const opening = this.#evening.midnight + doors * minutes;
    const versions = new Map<string, number>();
    const published: Promise<unknown>[] = [];
    for (let step = this.#evening.next(opening); step; step = this.#evening.next(opening)) {
      const { subject } = step.event;
      // Its subjects are new. If a person acts within this moment all the same, later steps about
      // the slot are refused, and their stories end.
      const version = (versions.get(subject) ?? 0) + 1;
      versions.set(subject, version);
      published.push(this.#publish(step, this.#publisher));
      this.#evening.answer(version);
    }
    await Promise.all(published);
    this.#anchor = { real: Date.now(), simulated: opening };
  }

  async #playEvening(): Promise<void> {
    while (!this.#isClosed) {
      const at = this.#evening.nextAt;
      if (at === undefined) return;
      const ms = (at - this.#now()) / this.#options.speed;
      // Woken early, something else may be next.
      if (ms > 0) await this.#sleep(ms);
      else await this.#play();
    }
  }

  async #play(): Promise<void> {
    const step = this.#evening.next(this.#now());
    if (!step) return;
    const version = await this.#publish(step, this.#client);
    if (!this.#isClosed) this.#evening.answer(version);
  }

  /** The subject's new version, or nothing if a person was faster. */
  async #publish(
    { event, expectedversion }: Step,
    by: CourtsideClient | Publisher,
  ): Promise<number | undefined> {
    const options = expectedversion === undefined ? {} : { expectedversion };
    try {
      return (await by.publish(event, options)).subjectversion;
    } catch (error) {
      const isConflict = error instanceof CourtsideError && error.code === "version_conflict";
      if (this.#isClosed || isConflict) return undefined;
      throw error;
    }
  }

  #react(event: DemoEvent): void {
    if (event.source === eveningSource) return;
    this.#evening.react(event, this.#now());
    this.#wake?.();
  }

  #now(): number {
    const { real, simulated } = this.#anchor;
    return simulated + (Date.now() - real) * this.#options.speed;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
