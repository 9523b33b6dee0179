import { describe, expect, it } from 'vitest';
import { notFound } from '../../../src/presence/errors.js';
import { SessionHold } from '../../../src/server/ws/sessionHold.js';
import type { Log } from '../../../src/telemetry/log.js';

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
  const hold = new SessionHold({ presence, log }, 'ana', '1');
  await hold.take({ presence: true, sessionId: 'tab', device: 'WEB' });
  await hold.release({ silentMs: 0, returnsWithinMs: 0 }, new AbortController().signal);
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
});
