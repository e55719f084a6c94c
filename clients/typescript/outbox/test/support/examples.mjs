// The TypeScript in README.md, as modules that are compiled with the tests of the types.
import { mkdir, readFile, writeFile } from "node:fs/promises";

// Declarations that the examples assume.
const around = `import type { Express } from "express";
import type { Pool } from "pg";
import type { PrismaClient } from "../prisma/client/index.js";
declare global {
  namespace Express {
    interface Request { auth?: { userId: string }; requestId?: string }
  }
}
declare const app: Express;
declare const pool: Pool;
declare const prisma: PrismaClient;
declare const [id, bookingId, accountId, venueId, refundId, eventId]: [string, string, string, string, string, string];
`;

export async function writeExamples() {
  const folder = new URL("../../build/examples/", import.meta.url);
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, example]) => example);
  if (examples.length < 6) throw new Error(`README.md has only ${examples.length} examples`);
  await mkdir(folder, { recursive: true });
  for (const [index, example] of examples.entries()) {
    await writeFile(new URL(`example_${index}.ts`, folder), around + example);
  }
}
