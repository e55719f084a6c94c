// The SQL, one statement for each way to write. An aggregate is numbered in the same statement,
// under the lock of its row in "EventOutboxVersion", which is held until the transaction ends. The
// numbers have no holes, because a rollback also undoes the number.
//
// Every parameter is cast from text. Drivers convert JavaScript values differently (Prisma's own
// engine refuses text for a bigint), but all of them pass text unchanged.

import type { Row } from "./row.js";

export interface Statement {
  text: string;
  values: (string | null)[];
}

export interface Statements {
  one(row: Row): Statement;
  several(rows: readonly Row[]): Statement;
}

// In the order of Row, which is the order of the parameters.
const columns: readonly { name: keyof Row; type: string }[] = [
  { name: "eventId", type: "text" },
  { name: "type", type: "text" },
  { name: "aggregateType", type: "text" },
  { name: "aggregateId", type: "text" },
  { name: "aggregateVersion", type: "bigint" },
  { name: "venueId", type: "text" },
  { name: "accountId", type: "text" },
  { name: "bookingId", type: "text" },
  { name: "actorId", type: "text" },
  { name: "actorType", type: "text" },
  { name: "actorRole", type: "text" },
  { name: "correlationId", type: "text" },
  { name: "causationId", type: "text" },
  { name: "payload", type: "jsonb" },
  { name: "schemaVersion", type: "integer" },
  { name: "occurredAt", type: "timestamptz(3)" },
];

const names = columns.map(({ name }) => `"${name}"`).join(", ");

// Rows of the table.
export function tableStatements(schema: string | undefined): Statements {
  const outbox = qualified(schema, "EventOutbox");
  const version = qualified(schema, "EventOutboxVersion");

  const parameter = (name: keyof Row) => {
    const index = columns.findIndex((column) => column.name === name);
    return `$${index + 1}::text::${columns[index]?.type}`;
  };
  const expressions: Partial<Record<keyof Row, string>> = {
    aggregateVersion: `coalesce(${parameter("aggregateVersion")}, (SELECT "version" FROM counted))`,
    occurredAt: `coalesce(${parameter("occurredAt")}, now())`,
  };
  const one =
    `WITH counted AS (${countOne(version, "aggregateType", "aggregateId", "aggregateVersion", parameter)}) ` +
    `INSERT INTO ${outbox} (${names}) ` +
    `SELECT ${columns.map(({ name }) => expressions[name] ?? parameter(name)).join(", ")} ` +
    `RETURNING "eventId", "position"::text, "aggregateVersion"::text`;

  const fields = columns.map(({ name, type }) => `"${name}" ${type}`).join(", ");
  const counted: Partial<Record<keyof Row, string>> = {
    aggregateVersion: numbered,
    occurredAt: `coalesce("occurredAt", now())`,
  };
  const several =
    `${countSeveral(version, fields)} INSERT INTO ${outbox} (${names}) ` +
    `SELECT ${columns.map(({ name }) => counted[name] ?? `"${name}"`).join(", ")} ` +
    `FROM given LEFT JOIN counted USING ("aggregateType", "aggregateId") ORDER BY "place" ` +
    `RETURNING "eventId", "position"::text, "aggregateVersion"::text`;

  return {
    one: (row) => ({ text: one, values: columns.map(({ name }) => asText(row[name])) }),
    several: (rows) => ({ text: several, values: [manyAsText(rows.map(tableEvent))] }),
  };
}

// Messages in the write-ahead log. The event's JSON is made here, except for what only the database
// knows (its number and the transaction's time), which the statement adds at the front.
export function messageStatements(schema: string | undefined): Statements {
  const version = qualified(schema, "EventOutboxVersion");
  const emit =
    `pg_logical_emit_message(true, 'courtside', '{"aggregateVersion":' || "number" || ',"occurredAt":' || ` +
    `to_json(coalesce("occurredAt", now()::timestamptz(3))) || ',' || substr("text", 2))::text`;
  const result = `"eventId", ${emit} AS "position", "number"::text AS "aggregateVersion"`;

  const order = [
    "eventId",
    "aggregateType",
    "aggregateId",
    "aggregateVersion",
    "occurredAt",
    "text",
  ];
  const parameter = (name: string) => {
    const type = columns.find((column) => column.name === name)?.type ?? "text";
    return `$${order.indexOf(name) + 1}::text::${type}`;
  };
  const one =
    `WITH counted AS (${countOne(version, "aggregateType", "aggregateId", "aggregateVersion", parameter)}) ` +
    `SELECT ${result} FROM (SELECT ${parameter("eventId")} AS "eventId", ` +
    `${parameter("occurredAt")} AS "occurredAt", ${parameter("text")} AS "text", ` +
    `coalesce(${parameter("aggregateVersion")}, (SELECT "version" FROM counted)) AS "number") AS event`;

  const fields =
    `"eventId" text, "aggregateType" text, "aggregateId" text, "aggregateVersion" bigint, ` +
    `"occurredAt" timestamptz(3), "text" text`;
  const several =
    `${countSeveral(version, fields)} SELECT ${result} FROM (SELECT "eventId", "occurredAt", "text", ` +
    `${numbered} AS "number" FROM given LEFT JOIN counted USING ("aggregateType", "aggregateId") ` +
    `ORDER BY "place" OFFSET 0) AS event`;

  return {
    one: (row) => {
      const message = messageEvent(row);
      return {
        text: one,
        values: order.map((name) => asText(message[name as keyof typeof message])),
      };
    },
    several: (rows) => {
      return {
        text: several,
        values: [manyAsText(rows.map((row) => JSON.stringify(messageEvent(row))))],
      };
    },
  };
}

// The aggregate's next number, unless the caller gave one.
function countOne<Name>(
  table: string,
  type: Name,
  id: Name,
  given: Name,
  parameter: (name: Name) => string,
) {
  return (
    `INSERT INTO ${table} AS v ("aggregateType", "aggregateId", "version") ` +
    `SELECT ${parameter(type)}, ${parameter(id)}, 1 WHERE ${parameter(given)} IS NULL ` +
    `ON CONFLICT ("aggregateType", "aggregateId") DO UPDATE SET "version" = v."version" + 1 ` +
    `RETURNING v."version"`
  );
}

// The same for all events of a JSON array: each aggregate's count increases by the number of its
// events in the array. Locks are taken in the order of the aggregates' names, so that two batches
// cannot deadlock.
function countSeveral(table: string, fields: string): string {
  return (
    `WITH given AS (SELECT *, count(*) OVER aggregate AS "many", ` +
    `row_number() OVER (aggregate ORDER BY "place") AS "nth" ` +
    `FROM ROWS FROM (json_to_recordset($1::text::json) AS (${fields})) WITH ORDINALITY ` +
    `AS event(${fieldNames(fields)}, "place") ` +
    `WINDOW aggregate AS (PARTITION BY "aggregateType", "aggregateId", "aggregateVersion" IS NULL)), ` +
    `counted AS (INSERT INTO ${table} AS v ("aggregateType", "aggregateId", "version") ` +
    `SELECT DISTINCT "aggregateType", "aggregateId", "many" FROM given ` +
    `WHERE "aggregateVersion" IS NULL ORDER BY 1, 2 ` +
    `ON CONFLICT ("aggregateType", "aggregateId") DO UPDATE SET "version" = v."version" + EXCLUDED."version" ` +
    `RETURNING *)`
  );
}

const numbered = `coalesce("aggregateVersion", "version" - "many" + "nth")`;

const fieldNames = (fields: string) => fields.match(/"\w+"/g)?.join(", ");

function qualified(schema: string | undefined, table: string): string {
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  return schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
}

const asText = (value: string | number | null) => (value === null ? null : String(value));

const manyAsText = (events: readonly string[]) => `[${events.join(",")}]`;

// The row as one JSON object.
function tableEvent(row: Row): string {
  const { payload, ...others } = row;
  return `${JSON.stringify(others).slice(0, -1)},"payload":${payload}}`;
}

// A row as a message: its JSON without the two members that the database adds.
function messageEvent(row: Row) {
  const { aggregateVersion, occurredAt, payload, ...others } = row;
  const text = `${JSON.stringify(others).slice(0, -1)},"payload":${payload}}`;
  const { eventId, aggregateType, aggregateId } = row;
  return { eventId, aggregateType, aggregateId, aggregateVersion, occurredAt, text };
}
