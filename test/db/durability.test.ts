import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../src/db/package.js';

/** A process that opens the data folder with the built server's own code, writes without end, and says what it has. */
const WRITER = `
  import { openDatabase } from './dist/db/client.js';
  import { createPeople } from './dist/db/people.js';
  const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
  try {
    const { db } = await openDatabase({ databaseUrl: null, dataDir: process.argv[1] });
    const people = createPeople({ db, bus: { subscribeFacts: async () => () => {}, publishFacts: async () => {} } });
    say({ found: await people.roster('ann'), residentMb: process.memoryUsage.rss() / 1e6, afterMs: performance.now() });
    for (let i = 0; process.argv[2] === 'write'; i++) {
      await people.upsertUsers([{ id: 'u' + i }]);
      await people.follow('ann', 'u' + i);
      say({ wrote: 'u' + i });
    }
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

/** Runs the writer; `said` are its messages as they come. */
const run = (mode: 'read' | 'write') => {
  const args = ['--input-type=module', '--eval', WRITER, dataDir, mode];
  const child = spawn(process.execPath, args, { cwd: packageRoot, stdio: ['ignore', 'pipe', 'inherit'] });
  started.add(child);
  const said = async function* (): AsyncGenerator<Said> {
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Said;
  };
  return { child, said: said() };
};

const kill = async (child: ChildProcess): Promise<void> => {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
  started.delete(child);
};

const next = async (said: AsyncGenerator<Said>): Promise<Said> => (await said.next()).value ?? {};

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rollcall-data-'));
});
afterAll(async () => {
  for (const child of started) await kill(child);
  rmSync(dataDir, { recursive: true });
});

it('finds everything that was written after each of several deaths by SIGKILL, and refuses a second process', async () => {
  let expected = 0;
  for (let life = 0; life < 3; life++) {
    const { child, said } = run('write');
    const { found, error } = await next(said);
    expect(error).toBeUndefined();
    // What was acknowledged is there; of what was not, the last one may be.
    expect(found!.length).toBeGreaterThanOrEqual(expected);
    expect(found!.length).toBeLessThanOrEqual(expected + 1);

    if (life === 0) {
      const second = await next(run('read').said);
      expect(second.error).toContain(`in use by another server (process ${child.pid})`);
    }
    for await (const { wrote } of said) {
      expected = Number(wrote?.slice(1)) + 1;
      if (expected > found!.length + 20) break;
    }
    await kill(child);
  }
  const { child, said } = run('read');
  const { found, residentMb } = await next(said);
  expect(found!.length).toBeGreaterThanOrEqual(expected);
  expect(residentMb).toBeLessThan(300);
  await kill(child);
});
