// A platform: database, Courtside, http-backend and subscribers, each with only the rights that the
// documents name. All of them end with the test.
import assert from "node:assert/strict";

import { accessToken, Courtside, courtside, secret } from "./courtside.mjs";
import { applicationGrants, Database } from "./database.mjs";
import { HttpBackend } from "./http_backend.mjs";
import { ownTables } from "./prisma.mjs";
import { Subscriber } from "./subscriber.mjs";

// How http-backend writes events, and the server's name for it.
export const kinds = { table: "table", message: "messages" };

const amount = { minor: 45000, currency: "INR" };

export class Platform {
  static async run(via, work) {
    const platform = new Platform();
    platform.parts = [];
    try {
      const database = platform.keep(await Database.create(ownTables));
      const reader = await database.role("courtside");
      const settings = {
        COURTSIDE_OUTBOX_URL: reader.url,
        COURTSIDE_OUTBOX_KIND: kinds[via],
        COURTSIDE_OUTBOX_SLOT: database.name, // Names of slots are unique in a cluster.
      };
      const install = ["--apply", "--url", database.url, "--role", reader.name];
      await courtside(["outbox", "install", ...install], settings);
      const app = await database.role("app");
      await database.sql(await applicationGrants(app.name, via));
      await database.sql(`GRANT SELECT, INSERT, UPDATE ON "Booking", "Payment" TO "${app.name}"`);
      platform.server = platform.keep(await Courtside.create(settings));
      platform.backend = platform.keep(await HttpBackend.create({ url: app.url, via, secret }));
      await work(platform);
      assert.deepEqual(await database.sql(`SELECT * FROM "EventOutboxRejected"`), []);
    } catch (error) {
      error.message += `\nthe server printed:\n${platform.server?.output}`;
      throw error;
    } finally {
      await platform.end();
    }
  }

  keep(part) {
    this.parts.push(part);
    return part;
  }

  // Every part is ended, also when an earlier one fails to end.
  async end() {
    const ended = [];
    for (const part of this.parts.reverse()) {
      ended.push(...(await Promise.allSettled([Promise.resolve(part).then(() => part.end())])));
    }
    const failed = ended.find(({ status }) => status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async watch(name, token, channels) {
    const { port } = this.server;
    return this.keep(await Subscriber.connect({ name, port, token, channels }));
  }

  async player(name, bookings) {
    const claims = bookings.flatMap((id) => ["--channel", `booking:${id}`]);
    const token = await accessToken(name, "USER", ...claims);
    const channels = [`user:${name}`, ...bookings.map((id) => `booking:${id}`)];
    return this.watch(name, token, channels);
  }

  async staff(name, role) {
    const token = await accessToken(name, role, "--venue", "v_1");
    return this.watch(name, token, ["venue:v_1"]);
  }

  // Sends one step of a booking's life as a separate request. Returns the status of the answer.
  step(name, who, bookingId) {
    const path = name === "book" ? "/bookings" : `/bookings/${bookingId}/${name}`;
    const ids = { bookingId, paymentId: `p_${bookingId}`, refundId: `r_${bookingId}` };
    const body = { ...ids, venueId: "v_1", amount };
    return this.backend.post(path, {
      token: who.token,
      correlationId: `${name}-${bookingId}`,
      body,
    });
  }
}
