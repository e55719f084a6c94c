// Events from the platform's transactions to Courtside.
export { actorOf, type Claims } from "./actor.js";
export { currentContext, runWithContext, type EventContext } from "./context.js";
export {
  outboxMiddleware,
  type MiddlewareOptions,
  type RequestLike,
  type ResponseLike,
} from "./middleware.js";
export {
  createOutbox,
  outboxEvent,
  outboxEvents,
  type Outbox,
  type OutboxOptions,
} from "./outbox.js";
export type { PgTransaction, PrismaTransaction, Transaction } from "./transaction.js";
export type {
  Actor,
  ActorType,
  Aggregate,
  EventData,
  EventDetails,
  GenericEvent,
  KnownEvent,
  KnownEventType,
  Money,
  OutboxEvent,
  OutboxReceipt,
} from "./types.js";
