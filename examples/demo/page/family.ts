/** The families of events that have a colour of their own; the others share one. */
const families = ["slot", "booking", "payment", "refund", "notification", "chat"] as const;

export type Family = (typeof families)[number] | "other";

export function familyOf(type: string): Family {
  const name = type.slice(0, type.indexOf("."));
  return families.find((family) => family === name) ?? "other";
}
