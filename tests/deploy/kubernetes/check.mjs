// The objects of a manifest are valid, and have no field that Kubernetes does not know:
// node check.mjs FILE. The schemas check values; the compiler finds unknown fields.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseAllDocuments } from 'yaml';

const require = createRequire(import.meta.url);
const folder = new URL('.', import.meta.url).pathname;
const text = readFileSync(process.argv[2], 'utf8');
const objects = parseAllDocuments(text).map((document) => document.toJS());
const lines = [];
for (const [index, object] of objects.entries()) {
  const { apiVersion, kind } = object;
  const Model = require(`kubernetes-models/${apiVersion}`)[kind];
  new Model(object).validate();
  lines.push(`import type { I${kind} as Kind${index} } from 'kubernetes-models/${apiVersion}';`);
  lines.push(`export const object${index}: Kind${index} = ${JSON.stringify(object, null, 2)};`);
}
const file = `${folder}objects.ts`;
writeFileSync(file, `${lines.join('\n')}\n`);
try {
  const options = ['--noEmit', '--strict', '--skipLibCheck'];
  execFileSync('node', [require.resolve('typescript/bin/tsc'), ...options, file], { stdio: 'inherit' });
} finally {
  rmSync(file);
}
console.log(`ok: ${objects.map(({ kind }) => kind).join(', ')} of ${process.argv[2]}`);
