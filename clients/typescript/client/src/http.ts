// What all requests over HTTP share.
import { serverError } from "./errors.js";
import type { Published } from "./publish.js";

/** The address of the events that match. The server refuses filters that it does not know. */
export function eventsUrl(
  base: string,
  filters: {
    channels?: readonly string[];
    types?: readonly string[];
    [name: string]: unknown;
  },
): string {
  const { channels = [], types = [], ...rest } = filters;
  const query = new URLSearchParams();
  for (const channel of channels) query.append("channel", channel);
  for (const type of types) query.append("type", type);
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined) query.append(name, String(value));
  }
  return `${base}v1/events?${query}`;
}

/** Rejects with the `CourtsideError` of an answer that refuses, and its `status`. */
export async function request(
  address: string,
  token: string | null | undefined,
  init: RequestInit = {},
  send = fetch,
): Promise<Response> {
  const headers = { ...init.headers, ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await send(address, { ...init, headers });
  if (answer.ok) return answer;
  const { status } = answer;
  const body = await answer.json().catch(() => ({}));
  // A proxy's answer has no code.
  const error = serverError({ retryable: status >= 500, title: `HTTP ${status}`, ...body });
  throw Object.assign(error, { status });
}

/** Appends events, each as JSON: all of them or none. */
export async function append(
  base: string,
  token: string | null | undefined,
  events: readonly string[],
  init?: RequestInit,
): Promise<Published[]> {
  const answer = await request(`${base}v1/events`, token, {
    method: "POST",
    headers: { "content-type": "application/cloudevents-batch+json" },
    body: `[${events}]`,
    ...init,
  });
  return (await answer.json()).results;
}
