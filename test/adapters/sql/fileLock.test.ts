import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeLock } from '../../../src/adapters/sql/fileLock.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const taken = (lock: ReturnType<typeof takeLock>) => {
  if ('heldBy' in lock) throw new Error(`held by ${lock.heldBy}`);
  return lock;
};

it('is held by one at a time, and leaves no file behind', () => {
  const lock = taken(takeLock(path));
  expect(takeLock(path)).toEqual({ heldBy: process.pid });
  lock.release();
  taken(takeLock(path)).release();
  expect(readdirSync(folder)).toEqual([]);
});

it('is taken over from a process that is dead', () => {
  // Above the largest pid that Linux gives.
  writeFileSync(path, JSON.stringify({ pid: 5_000_000, started: null, token: 'old' }));
  taken(takeLock(path)).release();
  expect(readdirSync(folder)).toEqual([]);
});

it.runIf(process.platform === 'linux')('is taken over from a process whose pid another one has now', () => {
  writeFileSync(path, JSON.stringify({ pid: process.pid, started: 'another boot/1', token: 'old' }));
  taken(takeLock(path)).release();
});

it('is left alone while somebody else takes it over', () => {
  writeFileSync(path, JSON.stringify({ pid: 5_000_000, started: null, token: 'old' }));
  const ticket = taken(takeLock(`${path}.old`));
  expect(takeLock(path)).toEqual({ heldBy: process.pid });
  ticket.release();
  taken(takeLock(path)).release();
});

it('is not given back by one that no longer holds it', () => {
  const lock = taken(takeLock(path));
  const other = JSON.stringify({ pid: process.pid, started: null, token: 'other' });
  writeFileSync(path, other);
  lock.release();
  expect(readFileSync(path, 'utf8')).toBe(other);
});

it('is not taken from a file that is something else', () => {
  writeFileSync(path, 'precious');
  expect(() => takeLock(path)).toThrow(/not a lock/);
});
