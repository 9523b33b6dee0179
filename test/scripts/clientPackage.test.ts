/** The package of the client, made by `npm pack`: what is in it, and whether a program that installed it compiles. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder } from '../support/cluster/folders.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

const PROGRAM = `
import { createPresenceClient, type Presence } from '@rollcall/client';
import { PresenceProvider, usePresence } from '@rollcall/client/react';

const client = createPresenceClient({ url: 'http://127.0.0.1:4000/graphql', token: 'a token', device: 'WEB' });
const ben: Presence | undefined = client.presence('ben').get();
const Dot = ({ userId }: { userId: string }) => <i className={usePresence(userId)?.status ?? ben?.status} />;
export const App = () => <PresenceProvider client={client}><Dot userId="ben" /></PresenceProvider>;
// @ts-expect-error A status is no number.
export const wrong: number | undefined = client.presence('ben').get()?.status;
`;

const OPTIONS = {
  noEmit: true,
  strict: true,
  skipLibCheck: false,
  target: 'es2022',
  lib: ['es2022', 'dom'],
  jsx: 'react-jsx',
};

/** What the compiler says of the program and of the package, not of what both build on: to check that takes seconds. */
const faultsOf = (folder: string, modules: Readonly<Record<string, string>>): readonly string[] => {
  const { options, errors } = ts.convertCompilerOptionsFromJson({ ...OPTIONS, ...modules }, folder);
  const host = { ...ts.createCompilerHost(options), getCurrentDirectory: () => folder };
  const program = ts.createProgram([join(folder, 'app.tsx')], options, host);
  const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(folder));
  expect(files.map(({ fileName }) => fileName)).toContain(
    join(folder, 'node_modules/@rollcall/client/dist/index.d.ts'),
  );
  return [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...files.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ].map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
};

describe('`npm pack` of the client makes a package', () => {
  let folder = '';
  const installed = (path: string) => join(folder, 'node_modules/@rollcall/client', path);
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'rollcall client-')));
    // What is built already.
    await run('npm', ['pack', './client', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: root });
    mkdirSync(installed('.'), { recursive: true });
    // Laid out as npm does: a copy outside of the repository, and its peers beside it.
    const file = join(folder, 'rollcall-client-0.1.0.tgz');
    await run('tar', ['-xzf', file, '--strip-components=1', '-C', installed('.')]);
    mkdirSync(join(folder, 'node_modules/@types'));
    for (const peer of ['graphql-ws', 'graphql', 'react', '@types/react', 'csstype'])
      symlinkSync(join(root, 'node_modules', peer), join(folder, 'node_modules', peer));
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    writeFileSync(join(folder, 'app.tsx'), PROGRAM);
  });
  afterAll(() => removeFolder(folder));

  it('with its types, its README and its licence', () => {
    expect(readFileSync(installed('README.md'), 'utf8')).toContain('@rollcall/client');
    expect(readFileSync(installed('LICENSE'), 'utf8')).toContain('Apache License');
    const { exports } = JSON.parse(readFileSync(installed('package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
    };
    for (const entry of Object.values(exports))
      for (const file of [entry.types, entry.default]) expect(readFileSync(installed(file), 'utf8')).not.toBe('');
  });

  it.each([
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ])('whose types a strict program reads, with modules %s resolved as %s', (module, moduleResolution) => {
    expect(faultsOf(folder, { module, moduleResolution })).toEqual([]);
  });

  it('that Node.js imports without React', async () => {
    const script = `
      const { createPresenceClient } = await import('@rollcall/client');
      const client = createPresenceClient({ url: 'http://127.0.0.1:9/graphql', token: 'a token', page: null });
      client.close();
      process.stdout.write(client.connection.get().phase);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
    expect(stdout).toBe('closed');
  });
});
