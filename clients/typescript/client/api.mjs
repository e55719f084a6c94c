// Writes docs/client.md from the comments of the sources: one part for each entry of package.json.
// With --check it writes nothing, and fails if the page is not current. Fails too if something that
// the package exports has no comment.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";

const root = fileURLToPath(new URL(".", import.meta.url));
const page = join(root, "../../../docs/client.md");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
// "index" is "@courtside/client", "node" is "@courtside/client/node".
const entries = Object.entries(exports)
  .filter(([, target]) => target.types)
  .map(([name, { types }]) => ({
    module: /(\w+)\.d\.ts$/.exec(types)[1],
    name: name.replace(".", "@courtside/client"),
  }));

const head = `# API of @courtside/client

Every name that the package exports, with its shape, unit, range, default and errors. Made from the sources by
\`script/generate\`; a test holds it against them. [The package's page](../clients/typescript/client/README.md) shows how to
use it, [protocol.md](protocol.md) describes the values that come from the server, and [codes.md](codes.md) the codes.
`;

async function generated() {
  const out = mkdtempSync(join(tmpdir(), "courtside-api-"));
  try {
    const app = await Application.bootstrapWithPlugins({
      plugin: ["typedoc-plugin-markdown"],
      entryPoints: entries.map(({ module }) => join(root, `src/${module}.ts`)),
      tsconfig: join(root, "tsconfig.json"),
      out,
      readme: "none",
      router: "module",
      logLevel: "Warn",
      disableSources: true,
      excludeInternal: true,
      excludePrivate: true,
      // Extended from there: they say nothing about this package.
      excludeExternals: true,
      sort: ["source-order"],
      hidePageHeader: true,
      hidePageTitle: true,
      hideBreadcrumbs: true,
      hideGroupHeadings: true,
      useCodeBlocks: true,
      expandObjects: true,
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      classPropertiesFormat: "table",
      typeAliasPropertiesFormat: "table",
      typeDeclarationFormat: "table",
      propertyMembersFormat: "table",
      // Types of payloads and helpers that applications do not name.
      validation: { notDocumented: true, notExported: false, invalidLink: true },
      // It is part of the option's type.
      intentionallyNotDocumented: ["index.ClientOptions.WebSocket.__type"],
      treatWarningsAsErrors: true,
    });
    const project = await app.convert();
    if (!project) throw new Error("the sources do not compile");
    app.validate(project);
    await app.generateOutputs(project);
    if (app.logger.hasErrors() || app.logger.hasWarnings())
      throw new Error("every export needs a comment, and every link a target");
    return entries.map(({ module, name }) =>
      part(name, readFileSync(join(out, `${module}.md`), "utf8")),
    );
  } finally {
    rmSync(out, { recursive: true });
  }
}

// Headings that say what kind of thing follows: the code or table below them shows it.
const kinds = new Set(
  `Constructors Constructor Accessors Methods Properties Parameters Type_Parameters Get_Signature
  Call_Signature Union_Members Type_Literal Type_Declaration`
    .split(/\s+/)
    .map((kind) => kind.replace("_", " ")),
);
// Sections that repeat what the code above them says.
const repeats = new Set(["Returns", "Overrides", "Extended by", "Implementation of", "Implements"]);
const noise = new Set(["Modifier", "Overrides", "Inherited from"]);

// What an entry exports: a heading for each name, and below it one for each function of a class.
function part(name, text) {
  let isCode = false;
  let section = "";
  let columns;
  const lines = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) isCode = !isCode;
    const [, level, heading] = (!isCode && /^(#+) (.*)$/.exec(line)) || [];
    if (heading) section = heading;
    if (line === "***") section = "";
    const isTable = !isCode && line.startsWith("| ");
    if (!isTable) columns = undefined;
    if (line === "***" || repeats.has(section) || kinds.has(heading) || heading === "Extends")
      continue;
    if (heading) lines.push(`${level === "##" ? "###" : "####"} ${heading}`);
    else if (section === "Extends" && line.startsWith("- "))
      lines.push(`Extends ${line.slice(2)}.`);
    else if (!isTable) lines.push(line.trimEnd());
    else {
      const cells = line.slice(2, -2).split(" | ");
      columns ??= cells;
      const of = (column) => cells[columns.indexOf(column)];
      if (![undefined, "Inherited from", "------", "-"].includes(of("Inherited from"))) continue;
      const value = columns.indexOf("Default value");
      if (cells[value] === "`undefined`") cells[value] = "-";
      lines.push(`| ${cells.filter((_, at) => !noise.has(columns[at])).join(" | ")} |`);
    }
  }
  const body = lines
    .join("\n")
    .replace(/<a id="[^"]*"><\/a> /g, "")
    .replace(/\]\(\w+\.md#/g, "](#")
    .replaceAll("__namedParameters", "options")
    // A table without rows: everything in it is inherited.
    .replace(/^\| .*\n\| [-| ]+ \|\n(?!\|)/gm, "")
    .replace(/\n{3,}/g, "\n\n");
  return `\n## ${name}\n\n${body.trim()}\n`;
}

const text = head + (await generated()).join("");
if (!process.argv.includes("--check")) {
  writeFileSync(page, text);
} else if (text !== readFileSync(page, "utf8")) {
  console.error("docs/client.md is not current: run script/generate");
  process.exitCode = 1;
}
