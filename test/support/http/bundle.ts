/**
 * The built server as one file, for tests that start it often: to load its 800 files takes as much CPU time as all else of a
 * start. The same code and packages as in `dist/main.js`, which the tests of starting and of installing run themselves.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { madeOnce } from './madeOnce.js';

/** Loaded from their own folders: what they read lies beside them, or only few need them. */
const APART = ['@electric-sql/pglite', '@graphql-yoga/render-graphiql'];

/** The path of the file made of what is built in the folder `dist`. */
export const bundle = async ({
  packageRoot,
  dist,
}: {
  readonly packageRoot: string;
  readonly dist: string;
}): Promise<string> => {
  const folder = await madeOnce({
    // Below the package, where the packages that stay apart are found.
    cacheFolder: join(packageRoot, 'node_modules', '.cache', 'rollcall-bundle'),
    madeBy: [dist, ...['package-lock.json', 'patches'].map((name) => join(packageRoot, name))],
    async make(folder) {
      // What the server reads beside its code (Redis scripts, migrations), it finds from here.
      const beside = pathToFileURL(join(dist, 'adapters', 'redis', 'scripts.js')).href;
      const built = await rolldown({
        input: join(dist, 'main.js'),
        platform: 'node',
        external: APART,
        transform: { define: { 'import.meta.url': JSON.stringify(beside) } },
      });
      await built.write({ dir: folder, format: 'esm' });
      await built.close();
    },
  });
  return join(folder, 'main.js');
};
