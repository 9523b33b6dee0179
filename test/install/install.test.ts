/**
 * The installs that the documentation names, made for real from what git tracks. Packages come from npm's cache, where the
 * install that these tests run in left them, or from the registry.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { removeFolder } from '../support/cluster/folders.js';
import { copyPreparedData } from '../support/http/server.js';
import { TEST_SECRET } from '../support/http/tokens.js';
import { createInbox } from '../support/unit/inbox.js';
import { runLastStage } from './lastStage.js';
import { linkFolder } from './linkFolder.js';

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

/** The folders of the packages that `npm prune --omit=dev` removes, by npm's own list. */
const developmentPackages = (packages: string): ReadonlySet<string> => {
  const list = JSON.parse(readFileSync(join(packages, '.package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  const names = Object.entries(list.packages).filter(([, { dev }]) => dev);
  return new Set(names.map(([path]) => join(packages, path.slice('node_modules/'.length))));
};

/**
 * Leaves what runs, half of the files: npm unpacks a package three times when it installs it, and the time that takes is
 * that of the number of files.
 */
const removeDeclarations = (folder: string): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeDeclarations(path);
    else if (/\.d\.[cm]?ts$|\.map$/.test(entry.name)) rmSync(path);
  }
};

/** Data as a first start leaves it, which takes longer to make than all else of a start, for somebody who starts. */
const preparedData = async ({ uid, gid }: User = {}): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-data-'));
  onTestFinished(() => removeFolder(folder));
  await copyPreparedData(join(folder, 'data'));
  if (uid !== undefined) execFileSync('chown', ['-R', `${uid}:${gid}`, folder]);
  return join(folder, 'data');
};

const npm = (folder: string, ...args: string[]) => promisify(execFile)('npm', args, { cwd: folder });

/** The id of the user and of the group without rights. */
const NOBODY = 65_534;

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** Another user, where the tests run as root; else the same one. */
const otherUser: User = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

interface Start {
  /** The file that is run. */
  readonly command?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly user?: User;
}

const PRODUCTION = { NODE_ENV: 'production', AUTH_JWT_SECRET: TEST_SECRET };

/** Starts what is built there, without a database beside it, until it listens. */
const start = async (folder: string, { command = 'dist/main.js', environment = PRODUCTION, user }: Start) => {
  // PGlite as V8's baseline compiler makes it, see `run` in server.ts.
  const child = spawn(process.execPath, ['--liftoff-only', command], {
    cwd: folder,
    ...user,
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const log = createInbox<{ msg: string; port?: number }>('the log');
  let unread = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    // Development prints links beside the log.
    for (const line of lines) if (line.startsWith('{')) log.push(JSON.parse(line));
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

/** Starts it, asks whether it is ready, and what else is to be asked, and stops it. */
const runs = async (folder: string, { ask, ...how }: Start & { ask?: (url: string) => Promise<void> } = {}) => {
  const { child, log, ended } = await start(folder, how);
  const { port } = await log.nextWhere(({ msg }) => msg === 'listening', 120_000);
  await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}/ready`)).status, { timeout: 10_000 }).toBe(200);
  await ask?.(`http://127.0.0.1:${port}/`);
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

  it('patches the driver, and builds nothing', () => {
    expectPatched(folder);
    expect(existsSync(join(folder, 'node_modules/typescript'))).toBe(false);
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  it('and a start say in a sentence what to do', async () => {
    await expect(npm(folder, 'start', '--silent')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/There is no dist\/main\.js\. Run npm ci/),
    });
  });

  it('with what was built elsewhere are a server', async () => {
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    await runs(folder, { environment: { ...PRODUCTION, DATA_DIR: await preparedData() } });
  }, 180_000);

  it('leave out what only the page and the tests need', () => {
    const found = ['react', 'vite', 'vitest', '@apollo/client'].filter((name) =>
      existsSync(join(folder, 'node_modules', name)),
    );
    expect(found).toEqual([]);
    expect(existsSync(join(folder, 'web/node_modules'))).toBe(false);
  });

  it('are the image that the Dockerfile makes: small, run by a user without rights, and healthy', async () => {
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    const image = mkdtempSync(join(tmpdir(), 'rollcall-image-'));
    onTestFinished(() => removeFolder(image));
    chmodSync(image, 0o755);
    const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
    const stage = runLastStage(text, { context: root, built: folder, image });
    expect(stage.user).toBe('node');
    const [kilobytes] = execFileSync('du', ['-sk', image], { encoding: 'utf8' }).split('\t');
    expect(Number(kilobytes)).toBeLessThan(250 * 1024);
    const [program, command] = stage.command;
    expect(program).toBe('node');
    const environment = { ...stage.environment, AUTH_JWT_SECRET: TEST_SECRET };
    const health = (url: string) =>
      promisify(execFile)(process.execPath, stage.healthCheck.slice(1), { env: { PORT: new URL(url).port } });
    let address = '';
    await runs(stage.folder, {
      ...(command !== undefined && { command }),
      environment,
      user: otherUser,
      ask: async (url) => {
        await health(url);
        address = url;
      },
    });
    await expect(health(address)).rejects.toMatchObject({ code: 1 });
  }, 180_000);

  describe('and `npm pack` make a package', () => {
    const manifest = () => readFileSync(join(folder, 'package.json'), 'utf8');
    /** Writable for the user who installs, and with a space in its path. */
    let host = '';
    beforeAll(async () => {
      cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
      removeDeclarations(join(folder, 'node_modules'));
      const before = manifest();
      await npm(folder, 'pack', '--silent');
      expect(manifest()).toBe(before);
      host = mkdtempSync(join(tmpdir(), 'rollcall host-'));
      cpSync(join(folder, 'rollcall-0.1.0.tgz'), join(host, 'rollcall-0.1.0.tgz'));
      writeFileSync(join(host, 'package.json'), '{ "private": true }');
      if (process.getuid?.() === 0)
        for (const path of ['.', 'package.json']) chownSync(join(host, path), NOBODY, NOBODY);
      await promisify(execFile)(
        'npm',
        ['install', './rollcall-0.1.0.tgz', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'],
        { cwd: host, ...otherUser, env: { PATH: process.env.PATH, HOME: host } },
      );
    }, 300_000);
    afterAll(() => removeFolder(host));

    it('that installs elsewhere without a network and without scripts, with its driver patched', () => {
      expectPatched(join(host, 'node_modules/rollcall'));
    });

    it('that has what runs, and nothing else', () => {
      const installed = readdirSync(join(host, 'node_modules/rollcall')).sort();
      expect(installed).toEqual(
        ['LICENSE', 'README.md', 'dist', 'docs', 'drizzle', 'node_modules', 'package.json', 'schema'].sort(),
      );
      expect(existsSync(join(host, 'node_modules/rollcall/dist/page/index.html'))).toBe(true);
      expect(existsSync(join(host, 'node_modules/rollcall/node_modules/patch-package'))).toBe(false);
    });

    it('whose command runs the server, in production and with the page in development', async () => {
      const command = join(host, 'node_modules/.bin/rollcall');
      const DATA_DIR = await preparedData(otherUser);
      await runs(host, { command, environment: { ...PRODUCTION, DATA_DIR }, user: otherUser });
      await runs(host, {
        command,
        environment: { DATA_DIR },
        user: otherUser,
        ask: async (url) => expect(await (await fetch(url)).text()).toContain('<title>'),
      });
    }, 300_000);
  });
});

it('the documented install, `npm ci` and then `npm prune --omit=dev`, is a server, with its driver patched', async () => {
  const folder = clone();
  onTestFinished(() => removeFolder(folder));
  // What `npm ci` made here.
  const packages = realpathSync(join(root, 'node_modules'));
  // Of a package that npm removes it looks at the manifest alone.
  linkFolder(packages, join(folder, 'node_modules'), {
    without: [join(packages, '.cache')],
    manifestsOf: developmentPackages(packages),
  });
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  await npm(folder, 'prune', '--omit=dev', '--offline', '--no-audit', '--no-fund');
  expect(existsSync(join(folder, 'node_modules/typescript'))).toBe(false);
  expectPatched(folder);
  await runs(folder, { environment: { ...PRODUCTION, DATA_DIR: await preparedData() } });
}, 300_000);

it('an install without patches/ fails, and says so', async () => {
  const folder = clone();
  onTestFinished(() => removeFolder(folder));
  await removeFolder(join(folder, 'patches'));
  await expect(npm(folder, 'run', 'postinstall', '--silent')).rejects.toMatchObject({
    stderr: expect.stringMatching(/patches\/ is not there/),
  });
});
