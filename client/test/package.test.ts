/** What the package weighs, and what it needs where it runs. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };

const MAX_BYTES = 12_000;

/** One entry as an application bundles it, without the packages that the application brings. */
const bundled = async (file: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../src/${file}`, import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    packages: 'external',
  });
  return outputFiles[0]!.text;
};

describe('the package', () => {
  it('is under 12 KB, hooks included', async () => {
    const [core, hooks] = await Promise.all(['index.ts', 'react/index.tsx'].map(bundled));
    const bytes = gzipSync(core! + hooks!).length;
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  it('imports its peers alone', async () => {
    const peers = Object.keys(packageJson.peerDependencies);
    for (const file of ['index.ts', 'react/index.tsx', 'apollo.ts', 'urql.ts']) {
      const imported = [...(await bundled(file)).matchAll(/from\s*"([^"]+)"/g)].map(([, name]) => name!);
      const foreign = imported.filter((name) => !peers.some((peer) => name === peer || name.startsWith(`${peer}/`)));
      expect(foreign, file).toEqual([]);
    }
  });
});
