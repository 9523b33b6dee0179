/**
 * Builds the page of development, `web/`, into `dist/page`. Where its packages are not installed, as in a copy without
 * `web/node_modules`, there is no page: the server starts without one.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const web = new URL('../web/', import.meta.url);
const require = createRequire(new URL('package.json', web));
const find = (name) => {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
};

if (existsSync(new URL('vite.config.ts', web)) && find('vite') && find('@vitejs/plugin-react') && find('react-dom')) {
  const { build } = await import(pathToFileURL(find('vite')).href);
  await build({ configFile: fileURLToPath(new URL('vite.config.ts', web)), logLevel: 'warn' });
} else {
  process.stderr.write('The packages of web/ are not installed: the server is built without its page.\n');
}
