import type { CourtsideEvent } from "./events.js";
import { eventsUrl, request } from "./http.js";
import type { Settings } from "./options.js";

/** Filters are combined. Without `channels`: everything, for callers that may read `*`. */
export interface HistoryQuery<F extends string = string> {
  /** Channels, or patterns such as `booking:*`: events of any of them. */
  channels?: readonly string[];
  /** Types, or patterns such as `booking.*`: events of any of them. Default: all. */
  types?: readonly F[];
  /** Events about this subject, `kind:id`. */
  subject?: string;
  /** Events that this account caused (`actorid`). */
  actor?: string;
  /** Events with this `correlationid`. */
  correlationid?: string;
  /** Events appended at this time or later: RFC 3339, or relative to now (`-90s`, `-2h`, `-7d`). */
  since?: string;
  /** Events appended before this time, in the forms of `since`. */
  until?: string;
  /** Events after this position. */
  after?: string;
  /** Events before this position. */
  before?: string;
  /** `desc`: the newest first. Default: `asc`. */
  order?: "asc" | "desc";
  /** Events of a page, 1 … 1000. Default: 100. */
  limit?: number;
  /** Ends the request: the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** One answer of `history()`. */
export interface HistoryPage<E = CourtsideEvent> {
  /** At most `limit` events. A page may have fewer, even none, and not be the last. */
  events: E[];
  /** Where the next page begins: its `after`, or `before` in descending order. `null`: nowhere. */
  next: string | null;
  /** Whether it is the last page. */
  complete: boolean;
  /** How many events the server examined for this page. */
  scanned: number;
  /** The position of the newest event of the log. */
  head: string;
}

type GetToken = (refused?: string) => Promise<string | undefined>;

export async function readPage(
  settings: Settings,
  getToken: GetToken,
  query: HistoryQuery,
): Promise<HistoryPage> {
  const { signal, ...filters } = query;
  const address = eventsUrl(settings.base, filters);
  const init = { headers: { accept: "application/json" }, signal: signal ?? null };
  let refused: string | undefined;
  for (;;) {
    const token = await getToken(refused);
    try {
      const answer = await request(address, token, init, settings.fetch);
      return (await answer.json()) as HistoryPage;
    } catch (error) {
      // Once more, with a fresh token if there is one.
      const isRefused = (error as { status?: number }).status === 401 && refused === undefined;
      if (!isRefused || (await getToken(token)) === token) throw error;
      refused = token;
    }
  }
}

/** Each page once, in order, so no event is missing and none is doubled. */
export async function* readAll(
  read: (query: HistoryQuery) => Promise<HistoryPage>,
  query: HistoryQuery,
): AsyncGenerator<CourtsideEvent, void> {
  const [bound, time] =
    query.order === "desc" ? (["before", "until"] as const) : (["after", "since"] as const);
  let rest = query;
  let page: HistoryPage;
  do {
    page = await read(rest);
    yield* page.events;
    if (page.next) rest = { ...rest, [bound]: page.next };
    if (page.events.length > 0) {
      // The place of an event says more than the time at which the pages begin. A relative time
      // goes on while the pages are read, and would leave events out.
      const { [time]: _, ...others } = rest;
      rest = others;
    }
  } while (!page.complete);
}
