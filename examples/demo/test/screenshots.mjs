// Makes the pictures in docs/images: npm run screenshots. Takes a minute.
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

import { Demo, until } from "./demo.mjs";

process.env.COURTSIDE_TEST_BINARY ??= fileURLToPath(
  new URL("../../../build/release/bin/courtside", import.meta.url),
);
const folder = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const executablePath = process.env.COURTSIDE_TEST_CHROMIUM ?? "/usr/bin/chromium";

const wide = { width: 1240, height: 900 };
const narrow = { width: 360, height: 900 };
const pictures = [
  ["demo-light", "light", wide],
  ["demo-dark", "dark", wide],
  ["demo-phone", "light", narrow],
  ["demo-phone-dark", "dark", narrow],
];

// A third of the size of PNG. Playwright writes none, but Chromium does.
async function webp(png) {
  const page = await browser.newPage();
  const url = await page.evaluate(
    async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext("2d").drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", 0.85);
    },
    `data:image/png;base64,${png.toString("base64")}`,
  );
  await page.close();
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}

const demo = await Demo.start("--port", "0");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  await mkdir(folder, { recursive: true });
  const page = await browser.newPage({ deviceScaleFactor: 1.5, viewport: wide });
  await page.goto(demo.url);
  const time = page.locator(".clock .time");
  const isQuarterToSix = async () => (await time.textContent()) >= "17:45";
  await until("a quarter to six", isQuarterToSix, 180_000);
  await page.getByRole("button", { name: /Cut the connection/ }).click();
  await page.getByTestId("report").waitFor();
  for (const [name, colorScheme, viewport] of pictures) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await writeFile(
      `${folder}${name}.webp`,
      await webp(await page.screenshot({ animations: "disabled" })),
    );
  }
} finally {
  await browser.close();
  await demo.stop("SIGTERM");
}
