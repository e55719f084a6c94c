// The async iterator of a subscription without a listener: an event is done when the next one is
// requested.
import type { Item } from "./subscription.js";

/** A subscription, for its iterator. */
export interface Source {
  readonly ended: Promise<void>;
  /** What waits, the oldest first. An item stays until it is done. */
  readonly queue: readonly Item[];
  /** A promise where the store has to be waited for. */
  done(item: Item): Promise<void> | undefined;
  /** Does an item that is no event. */
  attempt(item: Item): Promise<void> | undefined;
  /** An event was given out. */
  given(): void;
  isEnded(): boolean;
  /** Fulfilled when something came, or when it ended. */
  change(): Promise<void>;
  close(): Promise<void>;
}

/** The functions of an iterator that take turns. */
export interface Turns<E> {
  next(): Promise<IteratorResult<E, undefined>>;
  return(): Promise<IteratorResult<E, undefined>>;
}

export function createTurns<E>(source: Source): Turns<E> {
  let isGiven = false;
  let isOver = false;
  let turn: Promise<unknown> | undefined;

  async function next(): Promise<IteratorResult<E, undefined>> {
    // Also when the subscription ended meanwhile: who asks for the next one has done it.
    if (isGiven) await source.done(source.queue[0] as Item);
    isGiven = false;
    while (!source.isEnded()) {
      const item = source.queue[0];
      if (!item) await source.change();
      else if (item.event) {
        isGiven = true;
        source.given();
        return { done: false, value: item.event as E };
      } else await source.attempt(item);
    }
    return end();
  }

  // The error that ended it is thrown once.
  async function end(): Promise<IteratorResult<E, undefined>> {
    if (!isOver) {
      isOver = true;
      await source.ended;
    }
    return { done: true, value: undefined };
  }

  return {
    // Requests are answered one after the other.
    next() {
      // Who reads gets the error here. Once is enough, and more of them would stay in memory.
      if (!turn) source.ended.catch(() => {});
      const own = Promise.resolve(turn).then(next);
      turn = own.catch(() => {});
      return own;
    },
    async return() {
      // It is delivered again.
      isGiven = false;
      isOver = true;
      await source.close();
      return end();
    },
  };
}
