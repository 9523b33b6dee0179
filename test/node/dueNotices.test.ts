/** Which notices the host is told of, for a push of its own. */
import { describe, expect, it } from 'vitest';
import { createPushDecision, startDueNotices } from '../../src/node/dueNotices.js';
import type { ReadRecords } from '../../src/node/recordReader.js';
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
  tray: ['node/1'],
  ...fields,
});
const due = (userId: string): DueNotice => ({ notice: { id: `n-${userId}`, userId } as Notice, unseen: 3 });

const setUp = (records: readonly PresenceRecord[], { unreadable = [] as string[] } = {}) => {
  const asked: (readonly string[])[] = [];
  const readRecords: ReadRecords = async (userIds) => {
    asked.push(userIds);
    return {
      now: 0,
      nowOf: () => 0,
      records: new Map(records.map((each) => [each.userId, each])),
      unreadable: new Set(unreadable),
    };
  };
  return { readRecords, decide: createPushDecision({ readRecords }), asked };
};

describe('a notice that is due', () => {
  it.each([
    ['of a user of whom nothing is known', undefined, true],
    ['of a user without a session', {}, true],
    ['of a user with the tray in front', { sessions: [session()] }, false],
    ['of a user with the tray in front, who hides', { sessions: [session()], chosen: 'INVISIBLE' }, false],
    ['of a user without the tray', { sessions: [session({ tray: [] })] }, true],
    ['of a user with the tray on an idle device', { sessions: [session({ reportedIdle: true })] }, true],
    ['of a user with the tray on a silent device', { sessions: [session({ inferredIdle: true })] }, true],
    [
      'of a user whose tray was on a connection that the session lost',
      { sessions: [session({ connections: ['other/2'] })] },
      true,
    ],
    ['of a user whose node renamed its connections', { sessions: [session({ connections: ['node.2/1'] })] }, false],
    ['of a user whose tray is in grace', { sessions: [session({ connections: [], graceUntil: 9 })] }, true],
    [
      'of a user with one device idle, and the tray on the other',
      { sessions: [session({ reportedIdle: true }), session()] },
      false,
    ],
    [
      'of a user with the tray idle, and active on the other',
      { sessions: [session({ reportedIdle: true }), session({ tray: [] })] },
      true,
    ],
    ['of a user who is not to be disturbed', { chosen: 'DO_NOT_DISTURB' }, false],
    ['of a user who is not to be disturbed, at a device', { chosen: 'DO_NOT_DISTURB', sessions: [session()] }, false],
    ['of a user who is away', { chosen: 'AWAY' }, true],
  ] as const)('%s: is it told?', async (_, fields, isTold) => {
    const { decide } = setUp(fields ? [record('ada', fields as Partial<PresenceRecord>)] : []);
    const all = [due('ada')];
    expect(await decide(all)).toEqual(isTold ? { wanted: all, unwanted: [] } : { wanted: [], unwanted: all });
  });

  it('is decided with the others, and each user is read once', async () => {
    const { decide, asked } = setUp([record('cyn', { chosen: 'DO_NOT_DISTURB' })], { unreadable: ['dan'] });
    expect(await decide([due('ada'), due('cyn'), due('ben'), due('dan'), due('ada')])).toEqual({
      wanted: [due('ada'), due('ben'), due('ada')],
      unwanted: [due('cyn')],
    });
    expect(asked).toEqual([['ada', 'cyn', 'ben', 'dan']]);
  });

  it('is told in one call with the others, and what fails is said and ends no later look', async () => {
    const { readRecords } = setUp([]);
    const told: (readonly DueNotice[])[] = [];
    const errors: unknown[] = [];
    let toldAgain = () => {};
    const again = new Promise<void>((resolve) => {
      toldAgain = resolve;
    });
    const looking = startDueNotices({
      readRecords,
      everyMs: 1,
      onError: (error) => errors.push(error),
      hints: {
        async noticesDue(list) {
          told.push(list);
          if (told.length === 1) throw unavailable('away');
          toldAgain();
        },
      },
      trays: {
        async takeDue(_, decide, tell) {
          const { wanted } = await decide([due('ada'), due('ben')]);
          await tell(wanted);
          return 2;
        },
      },
    });
    await again;
    await looking.stop();
    expect(errors).toEqual([expect.objectContaining({ code: 'UNAVAILABLE' })]);
    expect(told[1]).toEqual([due('ada'), due('ben')]);
  });
});
