// The context of each request, for Express 4 and 5 and other frameworks with (req, res, next).

import { randomUUID } from "node:crypto";

import { actorOf, type Claims } from "./actor.js";
import { runWithContext } from "./context.js";
import { fail } from "./fail.js";
import type { Actor } from "./types.js";

const header = "x-correlation-id";

/** The part of a request that the middleware reads. */
export interface RequestLike {
  headers: Record<string, string | string[] | undefined>;
}

/** The part of a response that the middleware uses. */
export interface ResponseLike {
  setHeader(name: string, value: string): unknown;
}

export interface MiddlewareOptions<Request extends RequestLike> {
  /**
   * Returns the request's correlation id if the application already has one. The code that creates
   * it must run before. If it returns undefined, the header `x-correlation-id` is used.
   */
  correlationId?: ((request: Request) => string | undefined) | undefined;
  /** Returns the actor of the request; called for each event. If undefined, `req.user` is used. */
  actor?: ((request: Request) => Actor | undefined) | undefined;
}

// Header text without spaces, which every proxy passes on unchanged. A header that was sent twice
// is joined by ", " and is therefore not usable.
function usable(value: unknown): value is string {
  return typeof value === "string" && value !== "*" && /^[\x21-\x7e]{1,64}$/.test(value);
}

/**
 * Gives each request its context. The correlation id is the header `x-correlation-id`, or a new id
 * if the header is missing or not usable; it is also set on the response. The actor is read from
 * `req.user` when an event is written, so the middleware may (and should) come before
 * authentication.
 */
export function outboxMiddleware<Request extends RequestLike>(
  options: MiddlewareOptions<Request> = {},
): (request: Request, response: ResponseLike, next: (error?: unknown) => void) => void {
  // Express would ignore the returned function, and the request would wait for ever.
  if ("headers" in options)
    fail("outboxMiddleware", "must be called: app.use(outboxMiddleware())");
  return (request, response, next) => {
    const given = options.correlationId?.(request) ?? request.headers[header];
    const correlationId = usable(given) ? given : randomUUID();
    response.setHeader(header, correlationId);
    const actor = () => options.actor?.(request) ?? actorOf((request as { user?: Claims }).user);
    runWithContext({ correlationId, actor }, () => next());
  };
}
