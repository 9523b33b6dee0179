/** What the package weighs, and what it needs where it runs. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };

const MAX_BYTES = 12_000;
/** What the social layer adds to a program that has the client. */
const MAX_SOCIAL_BYTES = 4_000;

/** Entries as an application bundles them together, without the packages that the application brings. */
const bundled = async (...files: readonly string[]): Promise<string> => {
  const contents = files.map((file) => `export * from './${file}';`).join('');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('../src', import.meta.url)) },
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
    const [core, hooks] = await Promise.all(['index.ts', 'react/index.tsx'].map((file) => bundled(file)));
    const bytes = gzipSync(core! + hooks!).length;
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  it('with the social layer is less than 4 KB more, and without it nothing', async () => {
    const [core, both] = await Promise.all([bundled('index.ts'), bundled('index.ts', 'social/index.ts')]);
    expect(gzipSync(both).length - gzipSync(core).length).toBeLessThan(MAX_SOCIAL_BYTES);
    expect(core).not.toContain('inboxChanged');
  });

  it('imports its peers alone', async () => {
    const peers = Object.keys(packageJson.peerDependencies);
    for (const file of ['index.ts', 'react/index.tsx', 'social/index.ts', 'react/social.tsx', 'apollo.ts', 'urql.ts']) {
      const imported = [...(await bundled(file)).matchAll(/from\s*"([^"]+)"/g)].map(([, name]) => name!);
      const foreign = imported.filter((name) => !peers.some((peer) => name === peer || name.startsWith(`${peer}/`)));
      expect(foreign, file).toEqual([]);
    }
  });
});
