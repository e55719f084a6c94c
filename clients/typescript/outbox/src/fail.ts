// Reports a wrong argument: which field is wrong, and what it must be.
export function fail(field: string, what: string): never {
  throw new TypeError(`@courtside/outbox: \`${field}\` ${what}`);
}
