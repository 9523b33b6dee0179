import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../src/telemetry/log.js';
import { SOUND_AFTER_MS } from '../../src/workers/restarts.js';
import { type StopSignal, superviseWorkers, type WorkerEvents } from '../../src/workers/supervisor.js';

const STOP_WITHIN_MS = 14_500;
const PLACE = { port: 4000, url: 'http://127.0.0.1:4000' };

interface Started {
  readonly number: number;
  readonly asked: readonly StopSignal[];
  killed: boolean;
  listens(): void;
  faults(sentence: string): void;
  leaves(): void;
  ends(code?: number | null, signal?: string | null): void;
}

const supervised = (count: number) => {
  const started: Started[] = [];
  const lines: Record<string, unknown>[] = [];
  const places: unknown[] = [];
  let deaths = 0;
  const supervisor = superviseWorkers({
    count,
    fork(number: number, { received, ended }: WorkerEvents) {
      const asked: StopSignal[] = [];
      const worker: Started = {
        number,
        asked,
        killed: false,
        listens: () => received({ kind: 'listening', ...PLACE }),
        faults: (sentence) => received({ kind: 'fault', sentence }),
        leaves: () => received({ kind: 'stopping' }),
        ends: (code = 1, signal = null) => ended({ code, signal }),
      };
      started.push(worker);
      return {
        id: started.length,
        pid: 1_000 + started.length,
        send: () => {},
        stop: (signal) => void asked.push(signal),
        kill() {
          worker.killed = true;
        },
      };
    },
    log: createLog({ level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } }),
    stopWithinMs: STOP_WITHIN_MS,
    onListening: (place) => void places.push(place),
    onDeath: () => {
      deaths += 1;
    },
    random: () => 1,
  });
  return {
    ...supervisor,
    lines,
    places,
    deaths: () => deaths,
    numbers: () => started.map(({ number }) => number),
    worker(index: number): Started {
      const worker = started[index];
      if (!worker) throw new Error(`only ${started.length} were started`);
      return worker;
    },
  };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a worker that stops by itself is known to, until it is started again', async () => {
  const { worker, listening } = supervised(2);
  worker(0).listens();
  worker(1).listens();
  const stopping = () => listening().map(({ number, isStopping }) => [number, isStopping]);
  worker(0).leaves();
  expect(stopping()).toEqual([
    [1, true],
    [2, false],
  ]);
  worker(0).ends(0);
  await vi.advanceTimersByTimeAsync(200);
  worker(2).listens();
  expect(stopping()).toEqual([
    [1, false],
    [2, false],
  ]);
});

describe('a start', () => {
  it('begins with one worker; the others follow when it listens', () => {
    const { numbers, worker, places } = supervised(3);
    expect(numbers()).toEqual([1]);
    worker(0).listens();
    expect(numbers()).toEqual([1, 2, 3]);
    worker(1).listens();
    expect(places).toEqual([]);
    worker(2).listens();
    expect(places).toEqual([PLACE]);
  });

  it('is over when each has listened or died, and is said once', async () => {
    const { worker, places } = supervised(2);
    worker(0).listens();
    worker(1).ends();
    expect(places).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    worker(2).listens();
    expect(places).toHaveLength(1);
  });

  it('ends with the fault of the first, at once', async () => {
    const { worker, over, numbers } = supervised(2);
    worker(0).faults('PORT 4000 is in use.');
    worker(0).ends();
    expect(await over).toEqual({ code: 1, fault: 'PORT 4000 is in use.' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(numbers()).toEqual([1]);
  });

  it('goes on without one that has a fault while another listens, and tries it again', async () => {
    const { worker, lines, numbers } = supervised(2);
    worker(0).listens();
    worker(1).faults('too many connections');
    worker(1).ends();
    expect(lines.at(-1)).toMatchObject({ level: 50, worker: 2, pid: 1_002, fault: 'too many connections', code: 1 });
    await vi.advanceTimersByTimeAsync(200);
    expect(numbers()).toEqual([1, 2, 2]);
  });
});

describe('a worker that dies', () => {
  it('is started again with its number, later each time', async () => {
    const { worker, numbers, deaths } = supervised(1);
    worker(0).listens();
    worker(0).ends(null, 'SIGKILL');
    await vi.advanceTimersByTimeAsync(199);
    expect(numbers()).toEqual([1]);
    await vi.advanceTimersByTimeAsync(1);
    expect(numbers()).toEqual([1, 1]);
    worker(1).ends();
    await vi.advanceTimersByTimeAsync(399);
    expect(numbers()).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(numbers()).toEqual([1, 1, 1]);
    expect(deaths()).toBe(2);
  });

  it('is given up after six deaths in a row, with a sentence, where no other is sound', async () => {
    const { worker, over, numbers } = supervised(1);
    for (let death = 0; death < 6; death += 1) {
      worker(death).listens();
      worker(death).ends();
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect(numbers()).toHaveLength(6);
    const { code, fault } = await over;
    expect(code).toBe(1);
    expect(fault).toMatch(/^A worker ended 6 times in a row, each time within 10 s of its start/);
  });

  it('is tried for ever while another is sound', async () => {
    const { worker, numbers } = supervised(2);
    worker(0).listens();
    await vi.advanceTimersByTimeAsync(SOUND_AFTER_MS);
    for (let death = 0; death < 20; death += 1) {
      worker(1 + death).ends();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(numbers()).toHaveLength(22);
  });

  it('takes the others along when it is given up: they stop gracefully', async () => {
    const { worker, over } = supervised(2);
    worker(0).listens();
    for (let death = 0; death < 6; death += 1) {
      worker(1 + death).ends();
      if (death < 5) await vi.advanceTimersByTimeAsync(200 * 2 ** death);
    }
    expect(worker(0).asked).toEqual(['SIGTERM']);
    worker(0).ends(0);
    expect((await over).code).toBe(1);
  });

  it('is no death where somebody stopped it: it is replaced, and nothing is said at `error`', async () => {
    const { worker, lines, numbers, deaths } = supervised(1);
    worker(0).listens();
    worker(0).ends(0);
    expect(lines.at(-1)).toMatchObject({ level: 30 });
    expect(deaths()).toBe(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(numbers()).toEqual([1, 1]);
  });
});

describe('a stop', () => {
  const serving = () => {
    const all = supervised(2);
    all.worker(0).listens();
    all.worker(1).listens();
    return all;
  };

  it('asks all at once, is over when all are gone, and starts none again', async () => {
    const { worker, stop, over, numbers } = serving();
    stop('SIGINT');
    for (const index of [0, 1]) expect(worker(index).asked).toEqual(['SIGINT']);
    worker(1).ends(0);
    let isOver = false;
    void over.then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isOver).toBe(false);
    worker(0).ends(0);
    expect(await over).toEqual({ code: 0, fault: null });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(numbers()).toHaveLength(2);
  });

  it('kills those that take longer than the limit, and says so by its exit code', async () => {
    const { worker, stop, over } = serving();
    stop('SIGTERM');
    worker(0).ends(0);
    await vi.advanceTimersByTimeAsync(STOP_WITHIN_MS - 1);
    expect(worker(1).killed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(worker(1).killed).toBe(true);
    worker(1).ends(null, 'SIGKILL');
    expect((await over).code).toBe(1);
  });

  it('is no failure for a worker that a terminal stopped before it listened', async () => {
    const { worker, stop, over } = supervised(2);
    stop('SIGINT');
    worker(0).ends(null, 'SIGINT');
    expect((await over).code).toBe(0);
  });

  it('calls off restarts, and is over at once where none runs', async () => {
    const { worker, stop, over, numbers } = supervised(1);
    worker(0).listens();
    worker(0).ends();
    stop('SIGTERM');
    expect(await over).toEqual({ code: 0, fault: null });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(numbers()).toHaveLength(1);
  });

  it('kills all when told to', () => {
    const { worker, kill } = serving();
    kill();
    expect([worker(0).killed, worker(1).killed]).toEqual([true, true]);
  });
});
