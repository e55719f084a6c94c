// nginx, HAProxy and Caddy with the configurations of deploy/proxies, with other ports, and with TLS
// where a test wants it.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import { once } from "node:events";
import { join } from "node:path";

import { until } from "../../test/support/until.mjs";

const deploy = new URL("../../../../../deploy/proxies/", import.meta.url);

async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// The text occurs.
function exchange(text, from, to) {
  if (!text.includes(from)) throw new Error(`the configuration has no ${from}`);
  return text.replace(from, () => to);
}

// The parts of Debian's nginx.conf around a site, without its folders.
function nginxFrame(folder, site) {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const user = process.getuid() === 0 ? "user root;\n" : "";
  return `${user}daemon off;\nerror_log stderr;\npid ${folder}/pid;\nevents {}\nhttp {\naccess_log off;\n${kinds
    .map((kind) => `${kind}_temp_path ${folder}/${kind};\n`)
    .join("")}include ${site};\n}\n`;
}

export const proxies = {
  nginx: {
    file: "nginx-recommended.conf",
    edit: (text, port, tls) => {
      const own = tls ? ` ssl;\n  ssl_certificate ${tls.chain};\n  ssl_certificate_key ${tls.key};` : ";";
      return exchange(text, "listen 80;", `listen 127.0.0.1:${port}${own}`);
    },
    command: (folder, file) => {
      const frame = join(folder, "frame.conf");
      writeFileSync(frame, nginxFrame(folder, file));
      return ["/usr/sbin/nginx", "-p", folder, "-e", "stderr", "-c", frame];
    },
  },
  HAProxy: {
    file: "haproxy-recommended.cfg",
    edit: (text, port, tls) =>
      exchange(text, "bind :80", `bind 127.0.0.1:${port}${tls ? ` ssl crt ${tls.both}` : ""}`),
    command: (_, file) => ["/usr/sbin/haproxy", "-db", "-f", file],
  },
  Caddy: {
    file: "Caddyfile",
    edit: (text, port, tls) => {
      const site = `${tls ? "https" : "http"}://127.0.0.1:${port} {\n`;
      const own = tls ? `  tls ${tls.chain} ${tls.key}\n` : "";
      // Caddy's own port for changes of its configuration is the same for every Caddy of a machine.
      const globals = "{\n  admin off\n  auto_https disable_redirects\n  storage file_system {$CADDY_STORAGE}\n}\n";
      return globals + exchange(text, ":80 {\n", site + own);
    },
    command: (_, file) => ["/usr/bin/caddy", "run", "--adapter", "caddyfile", "--config", file],
  },
};

export class ProxyProcess {
  output = "";

  // Another program may take the port before the proxy listens there.
  static async create(name, options) {
    for (let attempt = 1; ; ++attempt) {
      try {
        return await ProxyProcess.#start(name, options);
      } catch (error) {
        if (attempt === 5 || !/address already in use/i.test(error.message)) throw error;
      }
    }
  }

  static async #start(name, { folder, serverPort, tls }) {
    const { file, edit, command } = proxies[name];
    const proxy = new ProxyProcess();
    proxy.port = await freePort();
    mkdirSync(folder, { recursive: true });
    const target = join(folder, file);
    const text = readFileSync(new URL(file, deploy), "utf8");
    writeFileSync(target, edit(exchange(text, "127.0.0.1:8080", `127.0.0.1:${serverPort}`), proxy.port, tls));
    // The kernel ends it when this process ends, for whatever reason.
    proxy.child = spawn("setpriv", ["--pdeathsig", "KILL", ...command(folder, target)], {
      env: { ...process.env, CADDY_STORAGE: folder, XDG_CONFIG_HOME: folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [proxy.child.stdout, proxy.child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (proxy.output = (proxy.output + text).slice(-20_000)));
    await until(`${name} listens`, () => {
      if (proxy.child.exitCode !== null) throw new Error(`no ${name}:\n${proxy.output}`);
      return proxy.#probe();
    });
    return proxy;
  }

  #probe() {
    if (this.probed === undefined) {
      const socket = net.connect(this.port, "127.0.0.1");
      this.probed = false;
      socket.on("connect", () => ((this.probed = true), socket.destroy()));
      socket.on("error", () => (this.probed = undefined));
    }
    return this.probed;
  }

  async end() {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill(); // nginx and HAProxy end their workers.
    await ended;
  }
}
