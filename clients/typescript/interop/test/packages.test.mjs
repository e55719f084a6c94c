// Goal: what script/pack makes from a fresh checkout is what an application can install: publint and
// attw have nothing to say, its page works outside the repository, and an empty project without a
// registry type-checks and runs a program with it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Server } from "../../life/test/support/server.mjs";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const tools = join(root, "clients/typescript/node_modules");
const repository = "https://github.com/courtside/courtside";
let folder;

// The Node that runs this, for npm too; npm asks no registry and has nothing cached.
const environment = () => ({
  ...process.env,
  PATH: `${join(process.execPath, "..")}:${process.env.PATH}`,
  npm_config_cache: join(folder, "cache"),
  npm_config_offline: "true",
});

// The output of a program. Fails with it when the status is not 0.
async function run(cwd, program, ...options) {
  try {
    return (await promisify(execFile)(program, options, { cwd, env: environment() })).stdout;
  } catch (error) {
    throw new Error(`${basename(program)} ${options.join(" ")}\n${error.stdout}${error.stderr}`);
  }
}
const tool = (cwd, name, ...options) => run(cwd, process.execPath, join(tools, ".bin", name), ...options);

// Only the files that git has, with the tools installed.
function checkout() {
  const made = new Set(["node_modules", "dist", "build", ".git"]);
  for (const part of ["clients", "script", "LICENSE"])
    cpSync(join(root, part), join(folder, part), {
      recursive: true,
      filter: (path) => !made.has(basename(path)),
    });
  symlinkSync(tools, join(folder, "clients/typescript/node_modules"));
}

let archives;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "courtside-packages-"));
  checkout();
  // Each line is a path and a size.
  const output = await run(folder, join(folder, "script/pack"));
  archives = Object.fromEntries(output.trim().split("\n").map((line) => {
    const [path, size] = line.split(" ");
    return [/^courtside-(\w+)-/.exec(basename(path))[1], { path, size: Number(size) }];
  }));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const lint = async (path, profile) => {
  assert.match(await tool(folder, "publint", "run", "--strict", path), /All good!/);
  await tool(folder, "attw", path, "--profile", profile);
};

// What is in an archive, unpacked.
async function unpacked(name) {
  const at = join(folder, `unpacked-${name}`);
  mkdirSync(at, { recursive: true });
  await run(at, "tar", "xzf", archives[name].path, "--strip-components", "1");
  return { at, text: (file) => readFileSync(join(at, file), "utf8") };
}

test("script/pack makes the two public packages", () => {
  assert.deepEqual(Object.keys(archives).sort(), ["client", "outbox"]);
  for (const { path, size } of Object.values(archives)) assert.equal(readFileSync(path).length, size);
});

for (const [name, profile] of [["client", "esm-only"], ["outbox", "strict"]]) {
  describe(`@courtside/${name}`, () => {
    test("publint and attw have nothing to say", () => lint(archives[name].path, profile));

    test("a wrong path of types is found", async () => {
      const { at, text } = await unpacked(name);
      const manifest = text("package.json");
      const wrong = manifest.replace(/("types": ".*)index\.d\.ts"/g, '$1missing.d.ts"');
      assert.notEqual(wrong, manifest);
      writeFileSync(join(at, "package.json"), wrong);
      try {
        await run(at, "npm", "pack", "--silent", "--ignore-scripts");
        const path = join(at, basename(archives[name].path));
        await assert.rejects(lint(path, profile), /publint/);
        await assert.rejects(tool(folder, "attw", path, "--profile", profile), /attw/);
      } finally {
        rmSync(at, { recursive: true });
      }
    });

    test("it has its page, the licence and its changes", async () => {
      const { at, text } = await unpacked(name);
      const source = join(root, "clients/typescript", name);
      assert.equal(text("LICENSE"), readFileSync(join(root, "LICENSE"), "utf8"));
      assert.equal(text("README.md"), readFileSync(join(source, "README.md"), "utf8"));
      assert.equal(existsSync(join(at, "CHANGELOG.md")), existsSync(join(source, "CHANGELOG.md")));
    });

    // tests/house checks that those into the repository lead somewhere.
    test("every link of its page works outside the repository", async () => {
      const page = (await unpacked(name)).text("README.md").replace(/^```.*?^```$/gms, "");
      const inside = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target);
      const defined = [...page.matchAll(/^\[([^\]]+)\]: (\S+)$/gm)];
      const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
        `#${text.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-")}`);
      assert.ok(defined.length > 3, "it has links");
      for (const target of [...inside, ...defined.map(([, , target]) => target)])
        assert.ok(headings.includes(target) || new URL(target).protocol === "https:", target);
      for (const [, label] of defined)
        assert.ok(page.replaceAll(/\s+/g, " ").includes(`[${label}]`), `${label} is linked`);
    });

    test("its manifest names the repository, and its page the file to install", async () => {
      const { text } = await unpacked(name);
      const manifest = JSON.parse(text("package.json"));
      assert.deepEqual(manifest.repository, {
        type: "git", url: `git+${repository}.git`, directory: `clients/typescript/${name}`,
      });
      assert.ok(text("README.md").includes(`build/packages/${basename(archives[name].path)}\n`));
    });

    test("an empty project without a registry checks the types and runs a program", async () => {
      const project = join(folder, `project-${name}`);
      mkdirSync(project);
      writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
      await run(project, "npm", "install", "--no-audit", "--no-fund", archives[name].path);
      cpSync(new URL(`programs/${name}.mts`, import.meta.url), join(project, "program.mts"));
      const shared = ["--strict", "--target", "es2022", "--lib", "es2022,dom", "program.mts"];
      await tool(project, "tsc", "--module", "esnext", "--moduleResolution", "bundler", "--noEmit", ...shared);
      await tool(project, "tsc", "--module", "node16", "--moduleResolution", "node16", ...shared);
      const server = await Server.create();
      try {
        assert.equal(await run(project, process.execPath, "program.mjs", server.url), "as expected\n");
      } finally {
        await server.end();
      }
    });
  });
}
