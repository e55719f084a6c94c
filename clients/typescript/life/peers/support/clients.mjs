// The clients, each with one small adapter: how to start its program. Each program prints "live", and
// an event as its sequence and type; any other line is a failure.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { program } from "../../test/support/readme.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const scheme = (base, tls) => (tls ? `${base}s` : base);
const address = ({ port, tls }) => `${scheme("ws", tls)}://127.0.0.1:${port}/v1/ws`;

// README.md's client at another address.
const readme = ({ port, tls }) =>
  program("client.mjs", port).replace(`ws://127.0.0.1:${port}`, `${scheme("ws", tls)}://127.0.0.1:${port}`);

function compiled() {
  const target = path("../../build/libwebsockets_client");
  mkdirSync(path("../../build"), { recursive: true });
  const flags = execFileSync("pkg-config", ["--cflags", "--libs", "libwebsockets"], { encoding: "utf8" });
  const source = path("../programs/libwebsockets_client.c");
  execFileSync("cc", ["-O2", "-Wall", "-Wextra", "-Werror", "-o", target, source, ...flags.trim().split(/\s+/)]);
  return target;
}

export const clients = [
  {
    name: "npm ws",
    command: (at) => {
      const file = join(at.folder, `client-${at.port}.mjs`);
      writeFileSync(file, readme(at));
      return [process.execPath, file];
    },
    environment: ({ tls }) => ({ ...(tls && { NODE_EXTRA_CA_CERTS: tls.authority }) }),
  },
  { name: "Chromium", page: (at) => readme(at).replace(/^import .*\n/, "") },
  {
    name: "Python websockets",
    // Debian's own Python, for which Debian's python3-websockets is.
    command: () => ["/usr/bin/python3", path("../../../../../examples/clients/client.py")],
    environment: (at) => ({ COURTSIDE_URL: address(at), ...(at.tls && { SSL_CERT_FILE: at.tls.authority }) }),
  },
  {
    name: "libwebsockets",
    isLong: true,
    prepare: (shared) => (shared.libwebsockets = compiled()),
    command: ({ port, tls, shared }) => [shared.libwebsockets, scheme("ws", tls), "127.0.0.1", String(port)],
    environment: ({ tls }) => ({ ...(tls && { SSL_CERT_FILE: tls.authority }) }),
  },
  {
    name: "Java",
    isLong: true,
    prepare: (shared) => (shared.trustStore = shared.certificate.trustStore),
    command: (at) => [
      "java", "-Xmx64m", "-XX:TieredStopAtLevel=1",
      ...(at.tls ? [`-Djavax.net.ssl.trustStore=${at.shared.trustStore}`, "-Djavax.net.ssl.trustStorePassword=changeit"] : []),
      path("../programs/JavaClient.java"), address(at),
    ],
  },
  {
    name: "curl",
    command: ({ port, tls }) => [
      path("../programs/curl_client.sh"),
      `${scheme("http", tls)}://127.0.0.1:${port}/v1/events?channel=user:42`,
    ],
    environment: ({ tls }) => ({ ...(tls && { CURL_OPTIONS: `--cacert ${tls.authority}` }) }),
  },
];
