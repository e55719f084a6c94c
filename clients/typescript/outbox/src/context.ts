// Who does what is going on, and which request it belongs to: kept by Node along the whole chain of
// awaits, so that an event deep in a service needs no arguments for it.

import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";

import { fail } from "./fail.js";
import { requireId } from "./text.js";
import type { Actor } from "./types.js";

export interface EventContext {
  /** What all events of one request or job have in common: an id. */
  correlationId?: string | undefined;
  /** The id of the event that is being handled, for a job that an event has started. */
  causationId?: string | undefined;
  /** A function is called at each event: the user is often known only after some middleware. */
  actor?: Actor | (() => Actor | undefined) | undefined;
}

// In an application that loads this package both as an ES module and with require() there are two
// copies of it: they share the one store, or what the middleware wrote would not be there.
const key = Symbol.for("@courtside/outbox.context");
const shared = globalThis as { [key]?: AsyncLocalStorage<EventContext> };
const store = (shared[key] ??= new AsyncLocalStorage<EventContext>());

/** What is known here of the request or job; nothing outside one. */
export function currentContext(): Readonly<EventContext> {
  return store.getStore() ?? {};
}

/**
 * Runs `fn`, and all that it awaits, within the context: for jobs, timers and consumers of queues.
 * What the context does not say is as outside; a job that has no correlation id gets one.
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
