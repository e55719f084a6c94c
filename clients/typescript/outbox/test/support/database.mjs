// The tests' databases, on the PostgreSQL of COURTSIDE_TEST_DATABASE_URL. CTest starts one for
// every run (tests/clients). By hand, use any PostgreSQL whose user may create databases.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";

import pg from "pg";

import { until } from "./until.mjs";

const url = process.env.COURTSIDE_TEST_DATABASE_URL;

export const needsDatabase = url ? {} : { skip: "COURTSIDE_TEST_DATABASE_URL is not set" };

async function query(connectionString, text, values) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

export const tables = () =>
  readFile(new URL("../../prisma/migration.sql", import.meta.url), "utf8");

/**
 * The rights that an application needs according to README.md, for this role; for messages the last
 * one.
 */
export async function applicationGrants(role, via) {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const [, grants] = /^```sql\n(GRANT.*?)^```/ms.exec(readme);
  const lines = grants.trim().split("\n");
  const needed = via === "message" ? lines.slice(-1) : lines;
  return needed.join("\n").replaceAll("TO app;", `TO "${role}";`);
}

// A database of one test. `end` drops it. An open connection makes that fail; PostgreSQL waits for
// a connection that is being closed.
export class Database {
  static async create(sql = undefined) {
    const database = new Database();
    await query(url, `CREATE DATABASE "${database.name}"`);
    await query(database.url, sql ?? (await tables()));
    return database;
  }

  constructor() {
    this.name = `outbox_${randomBytes(6).toString("hex")}`;
    const target = new URL(url);
    target.pathname = `/${this.name}`;
    this.url = String(target);
    this.pools = [];
    this.roles = [];
  }

  sql(text, values = undefined) {
    return query(this.url, text, values);
  }

  rows() {
    return this.sql(`SELECT * FROM "EventOutbox" ORDER BY "position"`);
  }

  pool(options = {}) {
    const pool = new pg.Pool({ connectionString: this.url, ...options });
    this.pools.push(pool);
    return pool;
  }

  /**
   * Creates a role that may only log in, and drops it with the database. Returns its name and its
   * URL.
   */
  async role(suffix) {
    const name = `${this.name}_${suffix}`;
    await this.sql(`CREATE ROLE "${name}" LOGIN`);
    this.roles.push(name);
    const target = new URL(this.url);
    target.username = name;
    return { name, url: String(target) };
  }

  async end() {
    for (const pool of this.pools) await pool.end();
    await until("nobody reads the database's slots", async () => {
      const free = `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
        WHERE database = current_database() AND NOT active`;
      await this.sql(free);
      const left = `SELECT FROM pg_replication_slots WHERE database = current_database()`;
      return (await this.sql(left)).length === 0;
    });
    await query(url, `DROP DATABASE "${this.name}"`);
    for (const role of this.roles) await query(url, `DROP ROLE "${role}"`);
  }
}

// BEGIN, `work`, COMMIT; ROLLBACK if `work` throws.
export async function transaction(pool, work) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}
