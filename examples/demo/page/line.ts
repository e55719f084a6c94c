// This page's own line to the server: it can be cut without cutting anybody else's.
import { newId } from "@courtside/client";

const id = newId();

/** The server's address for this page. */
export const lineUrl = `${location.origin}/line/${id}`;

/** Drops the connection and refuses new ones for so long. */
export async function cutLine(ms: number): Promise<void> {
  await fetch(`${lineUrl}/cut?ms=${ms}`, { method: "POST" });
}

// biome-ignore lint/suspicious/noExplicitAny: the callers name the fields
export async function read(path: string): Promise<any> {
  const answer = await fetch(`${lineUrl}/v1/${path}`);
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
  return answer.json();
}
