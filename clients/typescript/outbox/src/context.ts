// The actor and the request of the current code. Node keeps them along the whole chain of awaits,
// so an event deep in a service needs no arguments for them.

import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";

import { fail } from "./fail.js";
import { requireId } from "./text.js";
import type { Actor } from "./types.js";

export interface EventContext {
  /** An id that all events of one request or job share. */
  correlationId?: string | undefined;
  /** The id of the event that is being handled, for a job that an event started. */
  causationId?: string | undefined;
  /**
   * A function is called for each event, because the user is often known only after some
   * middleware.
   */
  actor?: Actor | (() => Actor | undefined) | undefined;
}

// An application that loads this package both as an ES module and with require() has two copies of
// it. They share one store, so that both see what the middleware wrote.
const key = Symbol.for("@courtside/outbox.context");
const shared = globalThis as { [key]?: AsyncLocalStorage<EventContext> };
const store = (shared[key] ??= new AsyncLocalStorage<EventContext>());

/** The context of the current request or job; empty outside one. */
export function currentContext(): Readonly<EventContext> {
  return store.getStore() ?? {};
}

/**
 * Runs `fn`, and everything that it awaits, within the context: for jobs, timers and queue
 * consumers. Fields that the context leaves out keep their outer values; a job without a
 * correlation id gets one.
 */
export function runWithContext<R>(context: EventContext, fn: () => R): R {
  if (typeof fn !== "function") fail("fn", "must be a function");
  if (context.causationId !== undefined) requireId(context.causationId, "causationId");
  const outer = currentContext();
  const correlationId = context.correlationId ?? outer.correlationId ?? randomUUID();
  return store.run(
    {
      correlationId: requireId(correlationId, "correlationId"),
      causationId: context.causationId ?? outer.causationId,
      actor: context.actor ?? outer.actor,
    },
    fn,
  );
}

export function currentActor(): Actor | undefined {
  const { actor } = currentContext();
  return typeof actor === "function" ? actor() : actor;
}
