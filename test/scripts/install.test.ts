/**
 * The installs that the documentation names, made for real from what git tracks. Packages come from npm's cache, where the
 * install that these tests run in left them, or from the registry.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { removeFolder } from '../support/cluster/folders.js';
import { copyPreparedData } from '../support/http/server.js';
import { TEST_SECRET } from '../support/http/tokens.js';
import { createInbox } from '../support/unit/inbox.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A copy of the repository as a fresh clone has it, without its tests. */
const clone = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-install-'));
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  for (const file of files.split('\n')) {
    if (file !== '' && !file.startsWith('test/') && existsSync(join(root, file)))
      cpSync(join(root, file), join(folder, file));
  }
  return folder;
};

/**
 * A copy whose files are those of `from`, linked, so that hundreds of megabytes need not be read and written; npm removes
 * files, and writes none but its own list. Without what is at `without`.
 */
const linkFolder = (from: string, to: string, without: string): void => {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (source === without) continue;
    if (entry.isDirectory()) linkFolder(source, target, without);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.name === '.package-lock.json') copyFileSync(source, target);
    else linkOrCopy(source, target);
  }
};

const linkOrCopy = (source: string, target: string): void => {
  try {
    linkSync(source, target);
  } catch {
    // Another file system, or a file of another user.
    copyFileSync(source, target);
  }
};

const npm = (folder: string, ...args: string[]) => promisify(execFile)('npm', args, { cwd: folder });

/** Starts what is built there, without a database beside it, until it listens. */
const start = async (folder: string) => {
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', AUTH_JWT_SECRET: TEST_SECRET },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const log = createInbox<{ msg: string; port?: number }>('the log');
  let unread = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) log.push(JSON.parse(line));
  });
  const ended = new Promise<number | null>((resolve) =>
    child.on('close', (code) => {
      log.end(new Error(`it ended with ${code}`));
      resolve(code);
    }),
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, log, ended };
};

/** Starts it, asks whether it is ready, and stops it. */
const runs = async (folder: string) => {
  const { child, log, ended } = await start(folder);
  const { port } = await log.nextWhere(({ msg }) => msg === 'listening', 120_000);
  await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}/ready`)).status, { timeout: 10_000 }).toBe(200);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
};

/** Whether each line that the patch adds is in the driver of PostgreSQL. */
const expectPatched = (folder: string) => {
  const patch = readFileSync(join(root, 'patches/postgres+3.4.9.patch'), 'utf8');
  let driver = '';
  for (const line of patch.split('\n')) {
    if (line.startsWith('+++ b/')) driver = readFileSync(join(folder, line.slice('+++ b/'.length)), 'utf8');
    else if (line.startsWith('+')) expect(driver).toContain(line.slice(1));
  }
};

describe('`npm ci --omit=dev`', () => {
  let folder = '';
  beforeAll(async () => {
    folder = clone();
    await npm(folder, 'ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund');
  }, 300_000);
  afterAll(() => removeFolder(folder));

  test('patches the driver, and builds nothing', () => {
    expectPatched(folder);
    expect(existsSync(join(folder, 'node_modules/typescript'))).toBe(false);
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  test('and a start say in a sentence what to do', async () => {
    await expect(npm(folder, 'start', '--silent')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/There is no dist\/main\.js\. Run npm ci/),
    });
  });

  test('with what was built elsewhere are a server', async () => {
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    await runs(folder);
  }, 180_000);
});

test('the documented install, `npm ci` and then `npm prune --omit=dev`, is a server, with its driver patched', async () => {
  const folder = clone();
  onTestFinished(() => removeFolder(folder));
  // What `npm ci` made here.
  const packages = realpathSync(join(root, 'node_modules'));
  const cache = join(packages, '.cache');
  linkFolder(packages, join(folder, 'node_modules'), cache);
  // One database is made anew, above; to make a second one tells no more.
  await copyPreparedData(join(folder, 'data'));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  await npm(folder, 'prune', '--omit=dev', '--offline', '--no-audit', '--no-fund');
  expect(existsSync(join(folder, 'node_modules/typescript'))).toBe(false);
  expectPatched(folder);
  await runs(folder);
}, 300_000);

test('an install without patches/ fails, and says so', async () => {
  const folder = clone();
  onTestFinished(() => removeFolder(folder));
  await removeFolder(join(folder, 'patches'));
  await expect(npm(folder, 'run', 'postinstall', '--silent')).rejects.toMatchObject({
    stderr: expect.stringMatching(/patches\/ is not there/),
  });
});
