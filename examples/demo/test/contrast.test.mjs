// Goal: every text can be read in both schemes: WCAG 2.2 level AA asks for a contrast of 4.5.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../page/styles/base.css", import.meta.url), "utf8");
const darkAt = css.indexOf("prefers-color-scheme: dark");
const dark = css.slice(darkAt, css.indexOf("*,", darkAt));

const colours = (text) =>
  Object.fromEntries([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, a, b]) => [a, b]));

// https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const surfaces = ["paper", "surface", "sunken"];
const pairs = [
  ...["ink", "muted", "accent", "bad", "late"].flatMap((text) => surfaces.map((on) => [text, on])),
  ...["slot", "booking", "payment", "refund", "notification", "chat"].flatMap((text) => [
    [text, "surface"],
    [text, "sunken"],
  ]),
  ...["accent", "held", "booked", "bad", "late"].map((text) => [text, `${text}-soft`]),
  ...["accent", "bad"].map((soft) => ["ink", `${soft}-soft`]),
  ["muted", "booked-soft"],
  ["on-accent", "accent"],
];

for (const [scheme, named] of [
  ["light", colours(css.slice(0, darkAt))],
  ["dark", colours(dark)],
]) {
  test(`the ${scheme} scheme has a contrast of 4.5 or more`, () => {
    for (const [text, on] of pairs) {
      assert.ok(named[text] && named[on], `${text} on ${on}`);
      const found = contrast(named[text], named[on]);
      assert.ok(found >= 4.5, `${text} on ${on}: ${found.toFixed(2)}`);
    }
  });
}
