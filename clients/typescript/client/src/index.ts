/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The client: receives, publishes and queries events, in browsers and in Node 20 and later.
 *
 * @module
 */
export type { CatalogueEvents, Money } from "./catalogue.js";
export { CourtsideClient } from "./client.js";
export type { ConnectionState } from "./connection.js";
export type { Clock } from "./environment.js";
export { newId } from "./environment.js";
export type { Gap } from "./errors.js";
export { CourtsideError, GapError } from "./errors.js";
export type {
  CourtsideEvent,
  EventAttributes,
  EventOf,
  EventsFor,
  EventType,
  EventTypes,
  Matching,
  NewEvent,
  NewEventAttributes,
  TypeFilter,
  TypePattern,
  WithFields,
} from "./events.js";
export type { HistoryPage, HistoryQuery } from "./history.js";
export type { Backoff, ClientOptions, PositionStore, TokenCallback } from "./options.js";
export type { PendingEvent, Published, PublishOptions } from "./publish.js";
export type {
  ErrorDecision,
  EventContext,
  FieldName,
  From,
  Listener,
  SubjectState,
  SubscribeOptions,
} from "./subscribe_options.js";
export type { Subscription } from "./subscription.js";
