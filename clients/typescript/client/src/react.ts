/**
 * Hooks. They follow the rules of React: nothing happens while rendering, and an effect that runs
 * twice (StrictMode) leaves one subscription and one socket.
 *
 * @module
 */
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type {
  ConnectionState,
  CourtsideClient,
  EventsFor,
  FieldName,
  Listener,
  SubscribeOptions,
  TypeFilter,
} from "./index.js";

type Channels = string | readonly string[];

const Context = /* @__PURE__ */ createContext<CourtsideClient | undefined>(undefined);
const idle: ConnectionState = { status: "idle" };

/** Gives its children a client, or the one that `client` makes at the first rendering. */
export function CourtsideProvider(props: {
  client: CourtsideClient | (() => CourtsideClient);
  children?: ReactNode;
}): ReactElement {
  const { client, children } = props;
  const [first] = useState(client);
  const value = typeof client === "function" ? (first as CourtsideClient) : client;
  return createElement(Context.Provider, { value }, children);
}

/** The client of the nearest `CourtsideProvider`. Throws an Error if there is none. */
export function useCourtside(): CourtsideClient {
  const client = useContext(Context);
  if (!client) throw new Error("there is no CourtsideProvider above this component");
  return client;
}

/** The state of the connection; on the server `idle`. */
export function useConnectionState(): ConnectionState {
  const client = useCourtside();
  return useSyncExternalStore(
    client.onState,
    () => client.state,
    () => idle,
  );
}

/**
 * Calls the listener with each event while the component is mounted. The error that ends the
 * subscription is thrown to the nearest error boundary.
 */
export function useEvents<
  const F extends TypeFilter = TypeFilter,
  const K extends FieldName = string,
>(channels: Channels, options: SubscribeOptions<F, K>, listener: Listener<EventsFor<F, K>>): void {
  const client = useCourtside();
  const [error, setError] = useState<Error>();
  // The newest functions, without a new subscription for each rendering.
  const latest = useRef({ options, listener });
  useEffect(() => {
    latest.current = { options, listener };
  });
  const { onGap, onState, onError, signal, ...rest } = options;
  // What is in the JSON decides, and not which object it is in.
  const dependencies = [client, JSON.stringify([channels, rest]), !onGap, signal];
  useEffect(() => {
    const subscription = client.subscribe<F, K>(
      channels,
      {
        ...options,
        ...(onGap && { onGap: (gap) => latest.current.options.onGap?.(gap) }),
        onState: (state) => latest.current.options.onState?.(state),
        onError: (cause, event) => latest.current.options.onError?.(cause, event) ?? "stop",
      },
      (event, context) => latest.current.listener(event, context),
    );
    subscription.ended.catch(setError);
    return () => void subscription.close();
  }, dependencies);
  if (error) throw error;
}

/** The last `limit` (100) events since the component was mounted, the newest last. */
export function useEventList<
  const F extends TypeFilter = TypeFilter,
  const K extends FieldName = string,
>(
  channels: Channels,
  { limit = 100, ...options }: SubscribeOptions<F, K> & { limit?: number } = {},
): readonly EventsFor<F, K>[] {
  const [events, setEvents] = useState<readonly EventsFor<F, K>[]>([]);
  // Another subscription, another list.
  const list = [useCourtside(), JSON.stringify([channels, options]), !options.onGap];
  useEffect(() => () => setEvents([]), list);
  useEvents<F, K>(channels, options as SubscribeOptions<F, K>, (event) =>
    setEvents((before) => [...before, event].slice(-limit)),
  );
  return events;
}
