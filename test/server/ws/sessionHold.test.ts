import { describe, expect, it, onTestFinished } from 'vitest';
import { notFound } from '../../../src/presence/errors.js';
import { SessionHold } from '../../../src/server/ws/sessionHold.js';
import type { Log } from '../../../src/telemetry/log.js';
import { connect, startServer } from '../harness.js';

/** The errors that are logged when a connection closes whose disconnect fails so. */
const loggedWhere = async (failure: Error): Promise<readonly unknown[]> => {
  const logged: unknown[] = [];
  const log = { error: ({ err }: { err: unknown }) => void logged.push(err) } as unknown as Log;
  const presence = {
    connect: async () => 'tab',
    disconnect: async () => {
      throw failure;
    },
  };
  const hold = new SessionHold({ presence, log, leave: (run) => run(), storeAnswers: () => true }, 'ana', '1');
  await hold.take({ presence: true, sessionId: 'tab', device: 'WEB' });
  await hold.release({ silentMs: 0, returnsWithinMs: 0, isUnused: false }, new AbortController().signal);
  return logged;
};

describe('a connection that closes', () => {
  it('has nothing to end once its user was deleted, which is no error', async () => {
    expect(await loggedWhere(notFound('There is no such user.'))).toEqual([]);
  });

  it('logs a failure that nobody expects', async () => {
    const bug = new TypeError('a bug');
    expect(await loggedWhere(bug)).toEqual([bug]);
  });

  it('among many that close at once is disconnected in its turn', async () => {
    const ends: (() => void)[] = [];
    let [begun, most, ended] = [0, 0, 0];
    const disconnect = async () => {
      begun += 1;
      most = Math.max(most, begun - ended);
      if (!isOver) await new Promise<void>((end) => ends.push(end));
      ended += 1;
    };
    const server = await startServer({ presence: { disconnect } });
    let isOver = false;
    onTestFinished(() => {
      isOver = true;
      for (const end of ends) end();
    });
    const users = Array.from({ length: 230 }, (_, i) => `user-${i}`);
    const clients = await Promise.all(users.map((user) => connect(server, {}, user)));
    for (const { socket } of clients) socket.terminate();
    await expect.poll(() => server.sockets.size).toBe(0);
    await expect.poll(() => begun).toBe(200);
    while (ended < users.length) {
      for (const end of ends.splice(0)) end();
      await new Promise(setImmediate);
    }
    expect([begun, most]).toEqual([users.length, 200]);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('while the server waits no longer is disconnected where the store answers (%s)', async (answers, attempts) => {
    let asked = 0;
    const presence = {
      connect: async () => 'tab',
      disconnect: async () => {
        asked += 1;
      },
    };
    const ports = { presence, leave: (run: () => Promise<void>) => run(), storeAnswers: () => answers };
    const hold = new SessionHold({ ...ports, log: {} as Log }, 'ana', '1');
    await hold.take({ presence: true, sessionId: 'tab', device: 'WEB' });
    await hold.release({ silentMs: 0, returnsWithinMs: 0, isUnused: false }, AbortSignal.abort());
    expect(asked).toBe(attempts);
  });
});
