// Imports a module with traps in place of the globals:
// node import_alone.mjs specifier [module that may use globals ...]
import { reportTrapped } from "./traps.mjs";

const [, , specifier, ...others] = process.argv;
for (const each of others) await import(each);
await reportTrapped(async () => Object.keys(await import(specifier)).length > 0);
