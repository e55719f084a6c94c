// Checks events of the catalogue by Courtside's own rules. An event that Courtside would reject
// hours later, in another process, is an error at the line that wrote it.

import { catalogue, ids, notificationChannels } from "./catalogue.js";
import { fail } from "./fail.js";
import { isId, isTime } from "./text.js";
import type { Aggregate } from "./types.js";

type FieldType = "id" | "text" | "time" | "money" | "integer" | "notificationChannel";

interface Family {
  events: readonly string[];
  subjects: readonly (readonly [kind: string, field: string])[];
  fields: Readonly<Record<string, FieldType>>;
  required: Readonly<Record<string, readonly string[]>>;
}

type Data = Record<string, unknown>;

const families = new Map<string, Family>(Object.entries(catalogue));

// Beyond 2^53 JavaScript, and so every browser, loses digits.
const isInteger = (value: unknown) =>
  Number.isInteger(value) && Math.abs(value as number) <= 2 ** 53;

function isMoney(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { minor, currency } = value as Data;
  return isInteger(minor) && typeof currency === "string" && /^[A-Z]{3}$/.test(currency);
}

const rules: Record<FieldType, { holds: (value: unknown) => boolean; wanted: string }> = {
  id: { holds: isId, wanted: "an id: text of 1 to 64 bytes without control characters" },
  text: { holds: (value) => typeof value === "string", wanted: "text" },
  time: {
    holds: (value) => value instanceof Date || isTime(value),
    wanted: "a Date or an RFC 3339 time",
  },
  money: {
    holds: isMoney,
    wanted: 'money: {"minor": integer, "currency": three capital letters}',
  },
  integer: { holds: isInteger, wanted: "an integer" },
  notificationChannel: {
    holds: (value) => (notificationChannels as readonly unknown[]).includes(value),
    wanted: notificationChannels.join(", "),
  },
};

function familyOf(type: string): Family | undefined {
  const dot = type.indexOf(".");
  const family = families.get(type.slice(0, dot));
  return family?.events.includes(type.slice(dot + 1)) ? family : undefined;
}

/** The event's aggregate if the caller gave none: the type's first subject, by its id. */
export function aggregateOf(type: string, data: Data): Aggregate {
  const subject = familyOf(type)?.subjects[0];
  if (subject === undefined) {
    const why = familyOf(type) ? "" : ` (Courtside knows no type ${JSON.stringify(type)})`;
    return fail("aggregate", `is missing: { type, id } of the thing that the event is about${why}`);
  }
  const [kind, field] = subject;
  const id = data[field];
  return isId(id) ? { type: kind, id } : fail(`data.${field}`, `must be the id of the ${kind}`);
}

/** Does nothing for a type that is not in the catalogue. */
export function checkCatalogue(type: string, aggregate: Aggregate, data: Data): void {
  const family = familyOf(type);
  if (family === undefined) return;
  for (const [field, value] of Object.entries(data)) {
    const rule = (ids as readonly string[]).includes(field) ? "id" : ownRule(family, field);
    if (rule === undefined || value === null || value === undefined) continue;
    if (!rules[rule].holds(value)) fail(`data.${field}`, `must be ${rules[rule].wanted}`);
  }
  if (family.subjects.length > 0) checkSubject(family, aggregate, data);
  for (const id of requiredOf(family, type)) {
    if (data[id] === null || data[id] === undefined)
      fail(`data.${id}`, "is missing: the account whose rights change");
  }
}

function requiredOf(family: Family, type: string): readonly string[] {
  const event = type.slice(type.indexOf(".") + 1);
  return (Object.hasOwn(family.required, event) && family.required[event]) || [];
}

function ownRule(family: Family, field: string): FieldType | undefined {
  return Object.hasOwn(family.fields, field) ? family.fields[field] : undefined;
}

function checkSubject(family: Family, aggregate: Aggregate, data: Data): void {
  const subject = family.subjects.find(([kind]) => kind === aggregate.type);
  if (subject === undefined) {
    const kinds = family.subjects.map(([kind]) => kind).join(" or ");
    return fail("aggregate.type", `must be ${kinds} for this type of event`);
  }
  if (data[subject[1]] !== aggregate.id)
    fail(`data.${subject[1]}`, "must be the id in `aggregate`");
}
