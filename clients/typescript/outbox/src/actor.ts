// Accounts of the platform as actors of events.

import type { Actor, ActorType } from "./types.js";

/** The claims of a verified access token that matter here; `req.user` of http-backend. */
export interface Claims {
  userId?: unknown;
  sub?: unknown;
  userRole?: unknown;
}

// Two accounts have these literal ids, and two roles these names.
const system = "SYSTEM";
const anonymous = "ANONYMOUS";

export function actorTypeOf(
  id: string | null | undefined,
  role: string | null | undefined,
): ActorType {
  if (role === system || id === system) return system;
  if (role === anonymous || id === anonymous || (!id && !role)) return anonymous;
  return role?.startsWith("BMSP_") ? "ADMIN" : "USER";
}

/** The actor that the claims of an access token name; ANONYMOUS if there are no claims. */
export function actorOf(claims: Claims | null | undefined): Actor {
  const id = claims?.userId ?? claims?.sub;
  if (id === undefined || id === null || id === "") return { id: anonymous, type: anonymous };
  const role =
    typeof claims?.userRole === "string" && claims.userRole !== "" ? claims.userRole : null;
  return { id: String(id), type: actorTypeOf(String(id), role), role };
}
