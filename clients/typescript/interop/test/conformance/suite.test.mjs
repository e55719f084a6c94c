// What vitest runs: conformance.test.mjs has started the server.
import { runConformanceTests } from "@durable-streams/server-conformance-tests";

runConformanceTests({ baseUrl: process.env.DURABLE_STREAMS_URL, longPollTimeoutMs: 2_000 });
