/**
 * Runs the bundle that lies beside it with what V8 kept of compiling it, where that is of the same Node.js and options.
 * With KEEP_COMPILED set, it keeps that at the end.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import * as pglite from '@electric-sql/pglite';

const file = fileURLToPath(new URL('./server.cjs', import.meta.url));
const keptIn = `${file}.compiled`;
const keeps = process.env.KEEP_COMPILED !== undefined;
const require = createRequire(file);
const script = new vm.Script(`(function (exports, require, module, importHere) {${readFileSync(file, 'utf8')}\n})`, {
  filename: file,
  cachedData: keeps ? undefined : readFileSync(keptIn),
});
if (keeps) process.on('exit', () => writeFileSync(keptIn, script.createCachedData()));
const module = { exports: {} };
// PGlite as the module that the server imports, and not as the one of the same package that is made to be required.
script.runInThisContext()(
  module.exports,
  (name) => (name === '@electric-sql/pglite' ? pglite : require(name)),
  module,
  (name) => import(name),
);
