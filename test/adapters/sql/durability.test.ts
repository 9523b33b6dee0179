import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../../src/adapters/sql/packagePaths.js';
import { UNOPTIMISED } from '../../support/unit/v8Options.js';

/** A process that opens the data folder with the built server's own code, says what it finds, and writes without end or closes. */
const WRITER = `
  import { createMemoryBus } from './dist/adapters/memory/memoryBus.js';
  import { openDatabase } from './dist/adapters/sql/openDatabase.js';
  import { createPeople } from './dist/adapters/sql/people.js';
  const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
  try {
    const { db, close } = await openDatabase({ databaseUrl: null, dataDir: process.argv[1] });
    const people = createPeople({ db, bus: createMemoryBus() });
    const found = await people.roster('ann', 5_000);
    say({ found, residentMb: process.memoryUsage.rss() / 1e6 });
    for (let i = found.length; process.argv[2] === 'write'; i++) {
      await people.upsertUsers([{ id: 'u' + i }]);
      await people.follow('ann', 'u' + i);
      say({ wrote: 'u' + i });
    }
    await close();
  } catch (error) {
    say({ error: error.message });
  }
`;

interface Said {
  readonly found?: readonly string[];
  readonly residentMb?: number;
  readonly wrote?: string;
  readonly error?: string;
}

let dataDir: string;
const started = new Set<ChildProcess>();

/** Runs the writer; `said` are its messages as they come. What is measured runs as it is installed, without flags. */
const run = (mode: 'read' | 'write', flags: readonly string[] = UNOPTIMISED) => {
  const args = ['--input-type=module', '--eval', WRITER, dataDir, mode];
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.add(child);
  const said = async function* (): AsyncGenerator<Said> {
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Said;
  };
  return { child, said: said() };
};

const kill = async (child: ChildProcess): Promise<void> => {
  started.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
};

const next = async (said: AsyncGenerator<Said>): Promise<Said> => (await said.next()).value ?? {};

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rollcall-data-'));
});
afterAll(async () => {
  for (const child of started) await kill(child);
  rmSync(dataDir, { recursive: true });
});

/** Each life starts a process and a database in it, which a busy machine may take long for. */
const LIVES_MS = 120_000;

it(
  'finds everything that was written after each of two deaths by SIGKILL, and refuses a second process',
  async () => {
    const acknowledged = new Set<string>();
    for (let life = 0; life < 2; life++) {
      const { child, said } = run('write');
      const { found, error } = await next(said);
      expect(error).toBeUndefined();
      expect(new Set(found)).toEqual(new Set([...acknowledged, ...found!]));

      if (life === 0) {
        const second = await next(run('read').said);
        expect(second.error).toContain(`in use by another server (process ${child.pid})`);
      }
      for (let i = 0; i < 20; i++) acknowledged.add((await next(said)).wrote!);
      await kill(child);
    }
    const { child, said } = run('read', []);
    const { found, residentMb } = await next(said);
    expect(new Set(found)).toEqual(new Set([...acknowledged, ...found!]));
    expect(residentMb).toBeLessThan(300);
    await kill(child);
  },
  LIVES_MS,
);

it(
  'gives the folder free when it closes',
  async () => {
    const first = run('read');
    expect(await next(first.said)).toHaveProperty('found');
    await once(first.child, 'exit');
    expect(await next(run('read').said)).toHaveProperty('found');
  },
  LIVES_MS,
);
