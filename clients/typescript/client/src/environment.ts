import type { Settings } from "./options.js";

/** What the client takes from its surroundings. Tests replace it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds. Returns what `clearTimeout` takes. */
  setTimeout(run: () => void, ms: number): unknown;
  /** Takes a call back. It is also called with `undefined`, and with timers that are over. */
  clearTimeout(timer: unknown): void;
  /** 0 ≤ value < 1. */
  random(): number;
}

/** Looks every function up when it is called: an import touches no global. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  random: () => Math.random(),
};

/** 128 random bits as 32 hexadecimal digits. Pages without TLS have no `crypto.randomUUID`. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Milliseconds to wait: exponential back-off with full jitter, between 0 and `first`,
 * then between 0 and twice as much, and so on up to `max`. `attempt` counts from 0. The server may
 * ask for `least`.
 */
export function delay(
  settings: Pick<Settings, "backoff" | "clock">,
  attempt: number,
  least = 0,
): number {
  const { first, max } = settings.backoff;
  const most = Math.min(max, first * 2 ** attempt);
  return Math.max(Math.floor(settings.clock.random() * most), least);
}

/** A value whose listeners are told when another one takes its place. */
export class Cell<T> {
  value: T;
  #listeners = new Set<() => void>();

  constructor(value: T) {
    this.value = value;
  }

  set(value: T): void {
    this.value = value;
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        report(error);
      }
    }
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Makes an error that has no other way out an unhandled rejection. */
export function report(error: unknown): void {
  void Promise.reject(error);
}
