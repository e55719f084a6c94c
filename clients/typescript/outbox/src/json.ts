// An event's data as JSON that both PostgreSQL and Courtside accept. JSON.stringify silently
// changes values that JSON does not have (NaN becomes null, a Map {}, a forgotten promise {}). Here
// each of them is a TypeError that names the field.

import { fail } from "./fail.js";

const depthMax = 64; // the maximum of Courtside; `data` itself is the first level

export interface Json {
  text: string;
  // By how many characters PostgreSQL's jsonb form is longer than `text`: it has a space after each
  // colon and comma.
  spaces: number;
}

export function jsonOf(data: unknown): Json {
  const writer = new Writer();
  return { text: writer.object(data as object, "data", 1), spaces: writer.spaces };
}

class Writer {
  spaces = 0;

  // Undefined if the value cannot occur in JSON: the member is left out, as by JSON.stringify.
  private value(value: unknown, path: string, depth: number): string | undefined {
    switch (typeof value) {
      case "undefined":
        return undefined;
      case "string":
        return this.string(value, path);
      case "number":
        if (!Number.isFinite(value)) fail(path, `is ${value}, which JSON does not have`);
        return String(JSON.stringify(value));
      case "boolean":
        return String(value);
      case "object":
        return value === null ? "null" : this.something(value, path, depth);
      default:
        return fail(path, `is a ${typeof value}, which JSON does not have`);
    }
  }

  private string(text: string, path: string): string {
    if (/[\0\p{Cs}]/u.test(text)) {
      fail(path, "holds U+0000 or half of a surrogate pair, which PostgreSQL does not store");
    }
    return JSON.stringify(text);
  }

  private something(value: object, path: string, depth: number): string | undefined {
    if (value instanceof Date && Number.isNaN(value.getTime())) fail(path, "is an invalid Date");
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") {
      const said: unknown = toJSON.call(value, path.slice(path.lastIndexOf(".") + 1));
      return said === value ? this.object(value, path, depth) : this.value(said, path, depth);
    }
    return Array.isArray(value) ? this.array(value, path, depth) : this.object(value, path, depth);
  }

  private array(items: unknown[], path: string, depth: number): string {
    this.checkDepth(path, depth);
    this.spaces += Math.max(0, items.length - 1);
    const texts = Array.from(items, (item, index) => {
      return this.value(item, `${path}[${index}]`, depth + 1) ?? "null";
    });
    return `[${texts.join(",")}]`;
  }

  object(value: object, path: string, depth: number): string {
    this.checkDepth(path, depth);
    if (value instanceof Map || value instanceof Set)
      fail(path, "is a Map or a Set, which JSON does not have");
    if (typeof (value as { then?: unknown }).then === "function")
      fail(path, "is a promise: await it");
    const members: string[] = [];
    for (const [key, member] of Object.entries(value)) {
      const text = this.value(member, `${path}.${key}`, depth + 1);
      if (text !== undefined) members.push(`${this.string(key, path)}:${text}`);
    }
    this.spaces += Math.max(0, 2 * members.length - 1);
    return `{${members.join(",")}}`;
  }

  private checkDepth(path: string, depth: number): void {
    if (depth > depthMax) fail(path, `is nested more than ${depthMax} levels deep`);
  }
}
