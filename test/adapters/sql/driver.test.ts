/**
 * What `patches/postgres+3.4.9.patch` mends in the driver, and what it must leave as it was. Reported upstream, at
 * github.com/porsager/postgres: rows of an answer after a failed one (issues 1119, 1181), writing to a connection that was
 * closed (1066, 1154, 1208).
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkDriver } from '../../../src/adapters/sql/driver.js';
import { StartFault } from '../../../src/config/startFault.js';
import { createTestDatabase, type TestDatabase } from '../../support/cluster/database.js';
import { openFaultyPostgres } from '../../support/cluster/faultyPostgres.js';
import { uncaughtDuring } from '../../support/unit/uncaught.js';

let own: TestDatabase;
let wire: Awaited<ReturnType<typeof openFaultyPostgres>>;
const cleanup: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  own = await createTestDatabase();
  wire = await openFaultyPostgres(own.url);
});
afterAll(async () => {
  await wire.close();
  await own.drop();
});
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

const connect = (options: postgres.Options<Record<string, never>> = {}) => {
  const client = postgres(wire.url, { max: 1, fetch_types: false, backoff: () => 0, ...options });
  cleanup.push(() => client.end({ timeout: 0 }));
  return client;
};
/** A server that does this with each connection, on the port that it resolves to. */
const listen = async (each: (socket: Socket) => void): Promise<number> => {
  const sockets: Socket[] = [];
  const listening = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    each(socket);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  cleanup.push(async () => {
    listening.close();
    for (const socket of sockets) socket.destroy();
  });
  return (listening.address() as AddressInfo).port;
};

const series = (client: postgres.Sql | postgres.ReservedSql | postgres.TransactionSql, length: number) =>
  client.unsafe('select i from generate_series(1, $1::int) as i', [length]).values();
const oneTo = (length: number) => Array.from({ length }, (_, i) => [i + 1]);

describe('an answer after one that failed', () => {
  it.each([0, 1, 2, 3])('holds its own rows and no holes, when the connection was cut after %i rows', async (k) => {
    const client = connect();
    await series(client, 1);
    wire.faults.failAt({ statement: 0, afterRows: k, how: 'cut' });
    await expect(series(client, 3)).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect([...(await series(client, 3))]).toEqual(oneTo(3));
  });

  it.each([0, 1, 2, 3])('holds its own rows and no holes, when the server cancelled it after %i rows', async (k) => {
    const client = connect();
    await series(client, 1);
    wire.faults.failAt({ statement: 0, afterRows: k, how: 'cancelled' });
    const [failed, piped] = await Promise.allSettled([series(client, 3), client`select 7 as i`.values()]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: '57014' } });
    expect(piped).toMatchObject({ status: 'fulfilled' });
    expect(piped.status === 'fulfilled' && [...piped.value]).toEqual([[7]]);
    expect([...(await series(client, 3))]).toEqual(oneTo(3));
  });

  it('comes over another connection, also after a transaction, which is rolled back on the first', async () => {
    const client = connect();
    const pid = async () => (await client`select pg_backend_pid()`.values())[0]![0];
    const first = await pid();
    await expect(client.unsafe('select 1/0')).rejects.toMatchObject({ code: '22012' });
    const second = await pid();
    expect(second).not.toBe(first);
    const within: unknown[] = [];
    const failing = client.begin(async (tx) => {
      within.push((await tx`select pg_backend_pid()`.values())[0]![0]);
      await tx.unsafe('select 1/0');
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(within).toEqual([second]);
    expect(await pid()).not.toBe(second);
  });

  it('is not refused with the reason why the connection before it ended', async () => {
    const client = connect();
    const [row] = await client`select pg_backend_pid() as pid`;
    const other = connect();
    const sleeping = client`select pg_sleep(30)`.catch((error: unknown) => error);
    await expect
      .poll(() => other`select from pg_stat_activity where pid = ${row!.pid} and query like '%pg_sleep%'`)
      .toHaveLength(1);
    await other`select pg_terminate_backend(${row!.pid})`;
    await sleeping;
    // Nor does the new one end for that.
    const pid = async () => (await client`select pg_backend_pid()`.values())[0]![0];
    const first = await pid();
    expect(await pid()).toBe(first);
  });
});

describe('a connection that ended', () => {
  /** Within a transaction, after its connection has ended and `meanwhile` is done, one more statement: its outcome. */
  const lateStatement = async (client: postgres.Sql, meanwhile: () => Promise<unknown>): Promise<unknown> => {
    let outcome: (is: unknown) => void = () => {};
    const late = new Promise((resolve) => {
      outcome = resolve;
    });
    const whole = client.begin(async (tx) => {
      await tx`select 1`;
      wire.cut();
      await ended;
      await meanwhile();
      await tx`select 2`.then(() => outcome('answered'), outcome);
    });
    const ended = whole.catch(() => {});
    await expect(whole).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    return await late;
  };

  it('refuses what a transaction goes on to ask of it, rather than ending the process', async () => {
    const outcomes: unknown[] = [];
    const uncaught = await uncaughtDuring(async () => {
      const client = connect({ backoff: () => 5 });
      outcomes.push(await Promise.race([lateStatement(client, nextTurn), wait(2_000, 'nothing', { ref: false })]));
    });
    expect(uncaught).toEqual([]);
    expect(outcomes).toEqual([expect.objectContaining({ code: 'CONNECTION_CLOSED' })]);
  });

  it('does not do what is left of a transaction over the connection that took its place', async () => {
    const client = connect();
    const outcome = await lateStatement(client, () => series(client, 1));
    expect(outcome).toMatchObject({ code: 'CONNECTION_CLOSED' });
  });

  it('while it is being opened, waiting for a password, ends nothing else', async () => {
    // Asks for the password in clear, and goes.
    const port = await listen((socket) => socket.end(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])));
    let asked = (): void => {};
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const uncaught = await uncaughtDuring(async () => {
      const client = postgres({
        host: '127.0.0.1',
        port,
        max: 1,
        backoff: () => 5,
        // The password comes when the server has gone.
        password: async () => {
          asked();
          return await wait(100, 'secret');
        },
      });
      cleanup.push(() => client.end({ timeout: 0 }));
      client`select 1`.catch(() => {});
      await wasAsked;
      await wait(200);
    });
    expect(uncaught).toEqual([]);
  });

  it('is opened anew with nothing of what was to be written before', async () => {
    const sockets: Socket[] = [];
    const socket = async () => {
      const opened = dial(Number(new URL(wire.url).port), '127.0.0.1');
      sockets.push(opened);
      await once(opened, 'connect');
      return opened;
    };
    const client = connect({ connect_timeout: 2, socket } as postgres.Options<Record<string, never>>);
    await series(client, 1);
    const statement = client`select 1`.catch((error: unknown) => error);
    // It is handed over now, to be written in the next turn, and the socket closes in this one.
    for (let steps = 0; steps < 5; steps++) await Promise.resolve();
    sockets[0]!.emit('close', false);
    expect(await statement).toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect([...(await series(client, 3))]).toEqual(oneTo(3));
  });

  it('in the middle of a statement has nothing to wait for when the client ends', async () => {
    const client = connect({ backoff: () => 5 });
    await series(client, 1);
    wire.faults.failAt({ statement: 0, afterRows: 1, how: 'cut' });
    await expect(series(client, 3)).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    const ended = client.end().then(() => 'ended');
    expect(await Promise.race([ended, wait(2_000, 'waits', { ref: false })])).toBe('ended');
  });

  it('before the server said anything is opened anew no more often than it should be', async () => {
    let opened = 0;
    const port = await listen((socket) => {
      opened += 1;
      socket.end();
    });
    const client = postgres({ host: '127.0.0.1', port, max: 1, backoff: () => 0.1 });
    cleanup.push(() => client.end({ timeout: 0 }));
    client`select 1`.catch(() => {});
    await wait(500);
    expect(opened).toBeGreaterThan(1);
    expect(opened).toBeLessThan(8);
  });
});

describe('a driver without the patch', () => {
  it('is refused at the start, in a sentence that says what to run', async () => {
    checkDriver();
    const patch = await readFile(new URL('../../../patches/postgres+3.4.9.patch', import.meta.url), 'utf8');
    const unpatched = patch
      .split('\n')
      .filter((line) => !line.startsWith('+'))
      .join('\n');
    expect(() => checkDriver(patch)).not.toThrow();
    expect(() => checkDriver(unpatched)).toThrow(StartFault);
    expect(() => checkDriver(unpatched)).toThrow(/npx patch-package/);
  });
});
