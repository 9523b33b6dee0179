/**
 * The manifest of the package that `npm pack` makes of the server, put in the place of package.json before npm packs
 * (`start`), and taken back after it (`end`). The package brings the packages that it runs on, bundled: pinned as here, with
 * the driver of PostgreSQL patched, since an install elsewhere knows neither the overrides nor the patches of this
 * repository, and may run no scripts. In package.json itself `bundleDependencies` makes `npm install` run without end.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const MANIFEST = new URL('../package.json', import.meta.url);
const ORIGINAL = new URL('../node_modules/.package.json.while-packing', import.meta.url);
/** What only the repository needs. */
const LEFT_OUT = ['private', 'workspaces', 'scripts', 'devDependencies', 'overrides', 'allowScripts'];

// One that ended half way left the packed manifest in its place.
if (existsSync(ORIGINAL)) renameSync(ORIGINAL, MANIFEST);

if (process.argv[2] === 'start') {
  const driver = new URL('../node_modules/postgres/src/index.js', import.meta.url);
  if (!existsSync(new URL('../dist/main.js', import.meta.url)) || !readFileSync(driver, 'utf8').includes('lost = e')) {
    process.stderr.write(
      'There is no dist/main.js, or the driver of PostgreSQL is not patched. Run npm ci before npm pack.\n',
    );
    process.exit(1);
  }
  const text = readFileSync(MANIFEST, 'utf8');
  const manifest = JSON.parse(text);
  for (const key of LEFT_OUT) delete manifest[key];
  // It patches, which is done.
  delete manifest.dependencies['patch-package'];
  manifest.bundleDependencies = Object.keys(manifest.dependencies);
  writeFileSync(ORIGINAL, text);
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`);
}
