/** Which notices the host is told of, for a push of its own. */
import { describe, expect, it } from 'vitest';
import { createPushDecision } from '../../src/node/dueNotices.js';
import { unavailable } from '../../src/presence/errors.js';
import { restoreRecord } from '../../src/presence/record.js';
import { newSession } from '../../src/presence/session.js';
import type { PresenceRecord, Session } from '../../src/presence/types.js';
import type { DueNotice } from '../../src/social/ports/trays.js';
import type { Notice } from '../../src/social/socialTypes.js';

const record = (userId: string, fields: Partial<PresenceRecord>): PresenceRecord => ({
  ...restoreRecord(userId, { generation: 1, persisted: null }),
  ...fields,
});
const session = (fields: Partial<Session> = {}): Session => ({
  ...newSession('tab', 0),
  connections: ['node/1'],
  tray: true,
  ...fields,
});
const due = (userId: string): DueNotice => ({ notice: { id: `n-${userId}`, userId } as Notice, unseen: 3 });

const setUp = (records: readonly PresenceRecord[], { unreadable = [] as string[], fails = false } = {}) => {
  const told: (readonly DueNotice[])[] = [];
  const errors: unknown[] = [];
  const asked: (readonly string[])[] = [];
  const decide = createPushDecision({
    async readRecords(userIds) {
      asked.push(userIds);
      return {
        now: 0,
        nowOf: () => 0,
        records: new Map(records.map((each) => [each.userId, each])),
        unreadable: new Set(unreadable),
      };
    },
    hints: {
      async noticesDue(notices) {
        if (fails) throw unavailable('away');
        told.push(notices);
      },
    },
    onError: (error) => errors.push(error),
  });
  return { decide, told, errors, asked };
};

describe('a notice that is due', () => {
  it.each([
    ['of a user of whom nothing is known', undefined, true],
    ['of a user without a session', {}, true],
    ['of a user with the tray in front', { sessions: [session()] }, false],
    ['of a user with the tray in front, who hides', { sessions: [session()], chosen: 'INVISIBLE' }, false],
    ['of a user without the tray', { sessions: [session({ tray: false })] }, true],
    ['of a user with the tray on an idle device', { sessions: [session({ reportedIdle: true })] }, true],
    ['of a user with the tray on a silent device', { sessions: [session({ inferredIdle: true })] }, true],
    ['of a user whose tray is in grace', { sessions: [session({ connections: [], graceUntil: 9 })] }, true],
    [
      'of a user with one device idle, and the tray on the other',
      { sessions: [session({ reportedIdle: true }), session()] },
      false,
    ],
    [
      'of a user with the tray idle, and active on the other',
      { sessions: [session({ reportedIdle: true }), session({ tray: false })] },
      true,
    ],
    ['of a user who is not to be disturbed', { chosen: 'DO_NOT_DISTURB' }, false],
    ['of a user who is not to be disturbed, at a device', { chosen: 'DO_NOT_DISTURB', sessions: [session()] }, false],
    ['of a user who is away', { chosen: 'AWAY' }, true],
  ] as const)('%s: is it told?', async (_, fields, isTold) => {
    const { decide, told } = setUp(fields ? [record('ada', fields as Partial<PresenceRecord>)] : []);
    expect(await decide([due('ada')])).toEqual([due('ada')]);
    expect(told).toEqual(isTold ? [[due('ada')]] : []);
  });

  it('is told in one call with the others, and each user is read once', async () => {
    const { decide, told, asked } = setUp([record('cyn', { chosen: 'DO_NOT_DISTURB' })]);
    const all = [due('ada'), due('cyn'), due('ben'), due('ada')];
    expect(await decide(all)).toEqual(all);
    expect(told).toEqual([[due('ada'), due('ben'), due('ada')]]);
    expect(asked).toEqual([['ada', 'cyn', 'ben']]);
  });

  it('stays due where the host was not reached, and where the record cannot be read', async () => {
    const { decide, errors } = setUp([record('cyn', { chosen: 'DO_NOT_DISTURB' })], {
      unreadable: ['ben'],
      fails: true,
    });
    expect(await decide([due('ada'), due('ben'), due('cyn')])).toEqual([due('cyn')]);
    expect(errors).toHaveLength(1);
  });
});
