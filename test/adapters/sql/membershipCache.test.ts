import { describe, expect, it } from 'vitest';
import { createMembershipCache } from '../../../src/adapters/sql/membershipCache.js';

/** A cache over reads that the test answers one by one. */
const setUp = (max = 100) => {
  const asked: string[] = [];
  const answers: ((isMember: boolean | undefined) => void)[] = [];
  const membership = createMembershipCache({
    max,
    read: (conversationId, userId) => {
      asked.push(`${conversationId}/${userId}`);
      return new Promise((resolve) => {
        answers.push((isMember) => resolve(isMember === undefined ? undefined : { open: false, isMember }));
      });
    },
  });
  return {
    ...membership,
    asked,
    answer: (isMember: boolean | undefined) => answers.shift()?.(isMember),
    async known(conversationId: string, userId: string, isMember: boolean | undefined) {
      const reading = membership.of(conversationId, userId);
      answers.shift()?.(isMember);
      return reading;
    },
  };
};

describe('the cache of memberships', () => {
  it('reads once a member, and again after a change of the conversation', async () => {
    const { of, known, forget, asked } = setUp();
    await known('room', 'ana', true);
    expect(await of('room', 'ana')).toMatchObject({ isMember: true });
    await known('other', 'ana', true);
    forget('room');
    expect(await known('room', 'ana', false)).toMatchObject({ isMember: false });
    expect(await of('other', 'ana')).toMatchObject({ isMember: true });
    expect(asked).toEqual(['room/ana', 'other/ana', 'room/ana']);
  });

  it('does not cache a read during which the conversation changed', async () => {
    for (const change of ['forget', 'clear'] as const) {
      const { of, known, answer, asked, ...membership } = setUp();
      const reading = of('room', 'ana');
      membership[change]('room');
      answer(true);
      await reading;
      expect(await known('room', 'ana', false)).toMatchObject({ isMember: false });
      expect(asked).toHaveLength(2);
    }
  });

  it.each([undefined, false])('caches no refusal (%s), so that all refusals take as long', async (refused) => {
    const { known, asked } = setUp();
    expect((await known('room', 'ana', refused))?.isMember).toBe(refused);
    expect((await known('room', 'ana', refused))?.isMember).toBe(refused);
    expect(await known('room', 'ana', true)).toMatchObject({ isMember: true });
    expect(asked).toHaveLength(3);
  });

  it('drops the least recently used member beyond its bound', async () => {
    const { of, known, asked } = setUp(2);
    await known('room', 'ana', true);
    await known('room', 'bo', true);
    await of('room', 'ana');
    await known('room', 'cy', true);
    await of('room', 'ana');
    expect(asked).toEqual(['room/ana', 'room/bo', 'room/cy']);
    await known('room', 'bo', true);
    expect(asked).toHaveLength(4);
  });
});
