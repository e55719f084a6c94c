// What the caller gave is wrong: says which field, and what it must be.
export function fail(field: string, what: string): never {
  throw new TypeError(`@courtside/outbox: \`${field}\` ${what}`);
}
