// A small http-backend: Express 5 and Prisma 6, with a booking's life as three routes. Each route
// changes its own tables and writes the event within one transaction.
import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";

import express from "express";

import { createOutbox, outboxMiddleware } from "@courtside/outbox";

import { connect } from "./prisma.mjs";

// The claims of an access token signed with the secret.
function claimsOf(authorization, secret) {
  const [, head, body, signature] = /^Bearer (.+)\.(.+)\.(.+)$/.exec(authorization ?? "") ?? [];
  if (signature === undefined) return undefined;
  const wanted = createHmac("sha256", secret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  const claims = JSON.parse(Buffer.from(body, "base64url").toString());
  return claims.type === "ACCESS" && claims.exp > Date.now() / 1000 ? claims : undefined;
}

function application({ prisma, outbox, secret, hooks }) {
  const app = express();
  app.use(outboxMiddleware());
  app.use(express.json());
  app.use((request, response, next) => {
    request.user = claimsOf(request.get("authorization"), secret);
    if (request.user === undefined) return void response.sendStatus(401);
    next();
  });

  // The work of a route, as one transaction.
  const route = (path, work) =>
    app.post(path, async (request, response) => {
      const answer = await prisma.$transaction(async (tx) => {
        const result = await work(tx, request);
        await hooks.beforeCommit?.(request);
        return result;
      });
      response.json(answer);
    });

  route("/bookings", async (tx, { body, user }) => {
    const { bookingId, venueId, amount } = body;
    const accountId = user.userId;
    await tx.booking.create({ data: { id: bookingId, venueId, accountId, status: "HELD" } });
    const data = { bookingId, venueId, accountId, amount };
    return await outbox.outboxEvent(tx, { type: "booking.created", data });
  });

  route("/bookings/:id/pay", async (tx, { params, body }) => {
    const { amount, paymentId } = body;
    const where = { id: params.id, status: "HELD" };
    const { venueId, accountId } = await tx.booking.update({
      where,
      data: { status: "CONFIRMED" },
    });
    const about = { bookingId: params.id, venueId, accountId };
    await tx.payment.create({
      data: { id: paymentId, bookingId: params.id, amountMinor: amount.minor, ...captured },
    });
    return await outbox.outboxEvents(tx, [
      { type: "payment.captured", data: { ...about, paymentId, amount, method: "UPI" } },
      { type: "booking.confirmed", data: { ...about, from: "HELD", to: "CONFIRMED" } },
    ]);
  });

  route("/bookings/:id/cancel", async (tx, { params, body, user }) => {
    const data = { status: "CANCELLED" };
    const booking = await tx.booking.update({ where: { id: params.id }, data });
    const payment = await tx.payment.findFirstOrThrow({ where: { bookingId: params.id } });
    await tx.payment.update({ where: { id: payment.id }, data: { status: "REFUND_DUE" } });
    const about = {
      bookingId: params.id,
      venueId: booking.venueId,
      accountId: booking.accountId,
    };
    const amount = { minor: payment.amountMinor, currency: payment.currency };
    await outbox.outboxEvent(tx, {
      type: "booking.cancelled",
      data: { ...about, by: user.userId },
    });
    return await outbox.outboxEvent(tx, {
      type: "refund.requested",
      data: { ...about, refundId: body.refundId, paymentId: payment.id, amount },
    });
  });

  // Express recognises the error handler by its four parameters.
  app.use((error, _request, response, _next) => {
    response.status(500).json({ message: error.message });
  });
  return app;
}

const captured = { currency: "INR", status: "CAPTURED" };

export class HttpBackend {
  /** `beforeCommit`: a function that is awaited at the end of each transaction. */
  hooks = {};
  posts = new Set();

  static async create({ url, via, secret }) {
    const backend = new HttpBackend();
    // As many transactions at a time as connections; the others wait, which may take long on a busy
    // machine.
    const transactionOptions = { maxWait: 20_000, timeout: 20_000 };
    backend.prisma = await connect(url, { transactionOptions });
    const app = application({
      prisma: backend.prisma,
      outbox: createOutbox({ via }),
      secret,
      hooks: backend.hooks,
    });
    backend.server = app.listen(0, "127.0.0.1");
    await once(backend.server, "listening");
    return backend;
  }

  /** Returns the status of the answer. */
  post(path, { token, correlationId, body }) {
    const status = fetch(`http://127.0.0.1:${this.server.address().port}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "x-correlation-id": correlationId,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    }).then(async (response) => {
      await response.arrayBuffer();
      return response.status;
    });
    this.posts.add(status);
    return status;
  }

  async end() {
    // Prisma never disconnects while transactions wait for a connection.
    await Promise.allSettled(this.posts);
    this.server.close();
    this.server.closeAllConnections();
    await this.prisma.$disconnect();
  }
}
