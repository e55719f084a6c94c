// Courtside's rules for text.

import { fail } from "./fail.js";

export const idBytesMax = 64;

// Control characters, and halves of surrogate pairs.
const unprintable = /[\p{Cc}\p{Cs}]/u;

export function isPlainText(value: unknown, bytesMax: number): value is string {
  if (typeof value !== "string" || value === "" || value.length > bytesMax) return false;
  return Buffer.byteLength(value) <= bytesMax && !unprintable.test(value);
}

// `*` is a pattern for every id and therefore not an id.
export function isId(value: unknown): value is string {
  return isPlainText(value, idBytesMax) && value !== "*";
}

export function isKind(value: unknown): value is string {
  return typeof value === "string" && value.length <= 64 && /^[a-z][a-z0-9_]*$/.test(value);
}

// RFC 3339, as the server reads it.
export function isTime(value: unknown): value is string {
  if (typeof value !== "string") return false;
  const parts =
    /^(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))$/.exec(value);
  if (parts === null) return false;
  const [, date, hour, minute, second, aheadHours = "0", aheadMinutes = "0"] = parts;
  const midnight = new Date(`${date}T00:00:00Z`);
  // Date turns a day that does not exist (30 February) into another day.
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(date as string))
    return false;
  return (
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) <= 60 &&
    Number(aheadHours) < 24 &&
    Number(aheadMinutes) < 60
  );
}

export function requireId(value: unknown, field: string): string {
  return isId(value)
    ? value
    : fail(field, `must be an id: text of 1 to ${idBytesMax} bytes without control characters`);
}
