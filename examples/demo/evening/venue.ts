// The sports centre and its people: who plays, on which courts, at which price.

export const venueId = "riverside";
export const venueName = "Riverside Sports Centre";
export const courts = ["Badminton 1", "Badminton 2", "Tennis", "Squash"] as const;
export const currency = "INR";

/** Hours of the day: the first slot begins at the first, the last one ends at the second. */
export const hours = { opens: 16, closes: 23 };
export const slotMinutes = 30;

export interface Player {
  /** The account's id. */
  id: string;
  name: string;
}

export const players: readonly Player[] = [
  { id: "asha", name: "Asha Rao" },
  { id: "dev", name: "Dev Mehta" },
  { id: "farah", name: "Farah Khan" },
  { id: "ishaan", name: "Ishaan Roy" },
  { id: "kavya", name: "Kavya Nair" },
  { id: "leela", name: "Leela Das" },
  { id: "meera", name: "Meera Shah" },
  { id: "nikhil", name: "Nikhil Jain" },
  { id: "omar", name: "Omar Sheikh" },
  { id: "priya", name: "Priya Menon" },
  { id: "rohan", name: "Rohan Iyer" },
  { id: "tara", name: "Tara Bose" },
];

export const playerName = (id: string | null | undefined): string =>
  players.find((player) => player.id === id)?.name ?? id ?? "nobody";

export interface Money {
  minor: number;
  currency: string;
}

/** What the board looks like, and how fast the evening goes. */
export interface Layout {
  name: string;
  date: string;
  opens: string;
  closes: string;
  courts: readonly string[];
  slotMinutes: number;
  /** Simulated seconds in a second. */
  speed: number;
}

/** What a slot costs: more between six and nine, and more for tennis. */
export function priceAt(court: string, hour: number): Money {
  const base = court === "Tennis" ? 32_000 : 24_000;
  const isPeak = hour >= 18 && hour < 21;
  return { minor: isPeak ? base + 8_000 : base, currency };
}

export const rupees = ({ minor }: Money): string => `₹${(minor / 100).toLocaleString("en-IN")}`;
