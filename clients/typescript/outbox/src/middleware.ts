// The context of each request, for Express 4 and 5 and whatever else has (req, res, next).

import { randomUUID } from "node:crypto";

import { actorOf, type Claims } from "./actor.js";
import { runWithContext } from "./context.js";
import { fail } from "./fail.js";
import type { Actor } from "./types.js";

const header = "x-correlation-id";

/** As much of a request as the middleware looks at. */
export interface RequestLike {
  headers: Record<string, string | string[] | undefined>;
}

/** As much of a response as the middleware touches. */
export interface ResponseLike {
  setHeader(name: string, value: string): unknown;
}

export interface MiddlewareOptions<Request extends RequestLike> {
  /**
   * The request's correlation id, where the application has one already: what made it must come
   * before. Undefined: as without this, from the header `x-correlation-id`.
   */
  correlationId?: ((request: Request) => string | undefined) | undefined;
  /** Who makes the request, asked at each event. Undefined: as without this, from `req.user`. */
  actor?: ((request: Request) => Actor | undefined) | undefined;
}

// Header text that everything on the way takes for one word. A header that came twice is joined by
// ", " and so is none.
function usable(value: unknown): value is string {
  return typeof value === "string" && value !== "*" && /^[\x21-\x7e]{1,64}$/.test(value);
}

/**
 * Gives each request its context. The correlation id is the header `x-correlation-id`, or a fresh
 * one where there is none that can be used; the response carries it too. The actor is read from
 * `req.user` when an event is written, so this may (and should) come before authentication.
 */
export function outboxMiddleware<Request extends RequestLike>(
  options: MiddlewareOptions<Request> = {},
): (request: Request, response: ResponseLike, next: (error?: unknown) => void) => void {
  // Express would take the function that we return for nothing, and the request would wait forever.
  if ("headers" in options)
    fail("outboxMiddleware", "is to be called: app.use(outboxMiddleware())");
  return (request, response, next) => {
    const given = options.correlationId?.(request) ?? request.headers[header];
    const correlationId = usable(given) ? given : randomUUID();
    response.setHeader(header, correlationId);
    const actor = () => options.actor?.(request) ?? actorOf((request as { user?: Claims }).user);
    runWithContext({ correlationId, actor }, () => next());
  };
}
