/**
 * The built server as one file, compiled before, for tests that start it often: to load its 800 files takes as much CPU time
 * as all else of a start, and to compile that file half as much. The same code and packages as in `dist/main.js`, which the tests of
 * starting and of installing run themselves.
 */
import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { madeOnce } from './madeOnce.js';

/** Loaded from their own folders: what they read lies beside them, or only few need them. */
const APART = ['@electric-sql/pglite', '@graphql-yoga/render-graphiql'];

const STARTER = fileURLToPath(new URL('./startBundle.mjs', import.meta.url));

/** A file that is compiled before cannot wait at its top, where the server does so to print a token. */
const PRINTS_TOKEN = /^( *)await printToken\(/m;

/** The path of the file made of what is built in the folder `dist`, compiled before for those options of Node.js. */
export const bundle = async ({
  packageRoot,
  dist,
  options,
}: {
  readonly packageRoot: string;
  readonly dist: string;
  readonly options: readonly string[];
}): Promise<string> => {
  const folder = await madeOnce({
    // Below the package, where the packages that stay apart are found.
    cacheFolder: join(packageRoot, 'node_modules', '.cache', 'rollcall-bundle'),
    madeBy: [dist, STARTER, ...['package-lock.json', 'patches'].map((name) => join(packageRoot, name))],
    async make(folder) {
      // What the server reads beside its code (Redis scripts, migrations), it finds from here.
      const beside = pathToFileURL(join(dist, 'adapters', 'redis', 'scripts.js')).href;
      const main = join(dist, 'main.js');
      const built = await rolldown({
        input: main,
        platform: 'node',
        external: APART,
        transform: { define: { 'import.meta.url': JSON.stringify(beside) } },
        plugins: [
          {
            name: 'all at the start, without waiting',
            transform: (code, id) =>
              code.replace(PRINTS_TOKEN, '$1void printToken(').concat(id === main ? '\nimport "./app.js";' : ''),
          },
          {
            name: 'for `startBundle.mjs`',
            // Without the line for a shell. What is loaded later, the starter loads.
            renderChunk: (code) => code.replace(/^#!.*/, '').replaceAll(/\bimport\("@/g, 'importHere("@'),
          },
        ],
      });
      await built.write({ file: join(folder, 'server.cjs'), format: 'cjs', codeSplitting: false });
      await built.close();
      await copyFile(STARTER, join(folder, 'main.mjs'));
      await promisify(execFile)(process.execPath, [...options, join(folder, 'main.mjs'), '--help'], {
        env: { KEEP_COMPILED: '' },
      });
    },
  });
  return join(folder, 'main.mjs');
};
