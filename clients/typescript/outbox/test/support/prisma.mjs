// The real Prisma, without network: with @prisma/adapter-pg its client needs no engine, and the CLI
// uses the WebAssembly that it contains. A path to any executable program prevents the CLI from
// downloading the native schema engine.
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);
const build = new URL("../../build/prisma/", import.meta.url);

const head = `generator client {
  provider   = "prisma-client-js"
  output     = "./client"
  engineType = "client"
}
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
model Booking {
  id        String  @id
  status    String
  version   BigInt  @default(0)
  accountId String?
  venueId   String?
}
model Payment {
  id          String @id
  bookingId   String
  amountMinor Int
  currency    String
  status      String
}
`;

// The application's own tables, beside those of the outbox.
export const ownTables = `
CREATE TABLE "Booking" (
  "id" TEXT PRIMARY KEY, "status" TEXT NOT NULL, "version" BIGINT NOT NULL DEFAULT 0,
  "accountId" TEXT, "venueId" TEXT);
CREATE TABLE "Payment" (
  "id" TEXT PRIMARY KEY, "bookingId" TEXT NOT NULL, "amountMinor" INTEGER NOT NULL,
  "currency" TEXT NOT NULL, "status" TEXT NOT NULL);`;

const schema = fileURLToPath(new URL("schema.prisma", build));
const config = fileURLToPath(new URL("diff.config.mjs", build));

async function write() {
  await mkdir(build, { recursive: true });
  const model = await readFile(new URL("../../prisma/outbox.prisma", import.meta.url), "utf8");
  await writeFile(schema, head + model);
  await writeFile(
    config,
    `import { PrismaPg } from "@prisma/adapter-pg";
export default {
  schema: ${JSON.stringify(schema)},
  experimental: { adapter: true },
  engine: "js",
  // It leaves its pool open, which must not keep the process alive.
  adapter: async () => new PrismaPg({ connectionString: process.env.DATABASE_URL, allowExitOnIdle: true }),
};
`,
  );
}

// Runs `prisma <command>` and returns what it prints to stdout.
async function prisma(command, url = "postgresql://nobody@127.0.0.1:1/none") {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [require.resolve("prisma/build/index.js"), ...command],
    {
      cwd: fileURLToPath(build),
      env: {
        ...process.env,
        DATABASE_URL: url,
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: "1",
        CHECKPOINT_DISABLE: "1",
        NO_COLOR: "1",
      },
    },
  );
  return stdout;
}

export async function generate() {
  await write();
  await prisma(["generate", "--no-hints", "--schema", schema]);
}

export const validate = () => prisma(["validate", "--schema", schema]);

// The SQL with which Prisma would create the tables, in the database of the URL. With this
// configuration, the CLI uses WebAssembly.
export function tablesByPrisma(url) {
  const diff = ["--from-empty", "--to-schema-datamodel", schema, "--script"];
  return prisma(["migrate", "diff", "--config", config, ...diff], url);
}

export async function connect(url, options = {}) {
  const { PrismaClient } = await import(new URL("client/index.js", build));
  const { PrismaPg } = await import("@prisma/adapter-pg");
  return new PrismaClient({ ...options, adapter: new PrismaPg({ connectionString: url }) });
}
