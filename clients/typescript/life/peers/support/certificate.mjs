// A certificate for this machine, signed by an authority of its own, in the forms that clients and
// proxies read.
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export class Certificate {
  constructor(folder) {
    const at = (name) => join(folder, name);
    const openssl = (...options) => execFileSync("openssl", options, { cwd: folder, stdio: "pipe" });
    openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Peers");
    openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
    writeFileSync(at("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"];
    openssl("x509", "-req", "-in", "server.csr", ...signed, "-extfile", "names", "-out", "server.pem");
    copyFileSync(at("server.pem"), at("both.pem"));
    appendFileSync(at("both.pem"), readFileSync(at("server.key")));
    this.folder = folder;
    this.authority = at("ca.pem");
    this.chain = at("server.pem");
    this.key = at("server.key");
    this.both = at("both.pem"); // as HAProxy reads it
  }

  /** What Chromium calls a certificate that it trusts. */
  get fingerprint() {
    const { publicKey } = new X509Certificate(readFileSync(this.chain));
    return createHash("sha256").update(publicKey.export({ type: "spki", format: "der" })).digest("base64");
  }

  /** The authority as Java reads it. */
  get trustStore() {
    const store = join(this.folder, "ca.p12");
    const options = ["-alias", "ca", "-file", this.authority, "-keystore", store, "-storepass", "changeit"];
    execFileSync("keytool", ["-importcert", "-noprompt", ...options], { stdio: "pipe" });
    return store;
  }
}
