import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What `npm run` says in a folder as `npm ci --omit=dev` leaves it: the repository without any development dependency. */
const inProductionInstall = (files: Record<string, string>) => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-install-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return (script: string) => promisify(execFile)('npm', ['run', '--silent', script], { cwd: folder });
};

test('an install without development dependencies builds nothing, and does not fail', async () => {
  expect((await inProductionInstall({})('prepare')).stdout).toBe('');
});

test('a start without what is built says in a sentence what to do', async () => {
  await expect(inProductionInstall({})('start')).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/There is no dist\/main\.js\. Run npm ci/),
  });
  const built = inProductionInstall({ 'dist/main.js': 'console.log("started")' });
  expect((await built('start')).stdout).toBe('started\n');
});
