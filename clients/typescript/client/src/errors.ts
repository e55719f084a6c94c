/** An error of the server, or of the connection to it. */
export class CourtsideError extends Error {
  /** `CourtsideError`. */
  override name = "CourtsideError";
  /** One of docs/codes.md, or `closed`: the client, publisher or connection was closed. */
  declare readonly code: string;
  /** Whether the same request may succeed later. */
  declare readonly retryable: boolean;
  /** What belongs to the code: with `rate_limited`, for example, `retryafter` in milliseconds. */
  declare readonly details: Record<string, unknown>;

  /** For tests of applications: the client makes all others. */
  constructor(
    code: string,
    message: string,
    retryable = false,
    details: Record<string, unknown> = {},
  ) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.details = details;
  }
}

/** Events that can no longer be had. */
export interface Gap {
  /** `expired`: retention has removed them. `epoch`: the log is another one than before. */
  reason: "expired" | "epoch";
  /** The position of the first event that is gone. With `epoch`: the position that was asked for. */
  from: string;
  /** The position of the last event that is gone. Delivery goes on after it. */
  to: string;
}

/** Ends a subscription that has no `onGap`. Its code is `position_expired`. */
export class GapError extends CourtsideError {
  /** `GapError`. */
  override name = "GapError";
  /** Which events are gone. */
  declare readonly gap: Gap;

  /** For tests of applications: the client makes all others. */
  constructor(gap: Gap) {
    super("position_expired", `events ${gap.from} to ${gap.to} are gone`);
    this.gap = gap;
  }
}

/** The error in a message or problem document of the server. */
// biome-ignore lint/suspicious/noExplicitAny: the server's answers are checked where they are read
export function serverError(body: any): CourtsideError {
  const { code = "internal", message, detail, title = code, retryable, details } = body;
  return new CourtsideError(code, message ?? detail ?? title, retryable, details);
}

export function closedError(what: string): CourtsideError {
  return new CourtsideError("closed", `the ${what} was closed`);
}

export function tooManyError(max: number): CourtsideError {
  return new CourtsideError("overloaded", `${max} events wait for an answer`, true);
}
