// Tokens as an application's server makes them, for a server with `--access-jwt-secret`.
import { createHmac } from "node:crypto";

export const secret = "0123456789abcdef0123456789abcdef";

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export function tokenFor(account, seconds) {
  const now = Date.now() / 1000;
  const claims = { sub: account, userId: account, role: "USER", type: "ACCESS" };
  const times = { iat: now, exp: now + seconds };
  const text = `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url({ ...claims, ...times })}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}
