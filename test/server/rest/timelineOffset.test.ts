import { describe, expect, it } from 'vitest';
import { timelineAt } from '../../../src/server/rest/timelineOffset.js';
import type { TimelineService } from '../../../src/service/socialContract.js';
import type { Act } from '../../../src/social/socialTypes.js';
import { user } from '../../service/serviceUnderTest.js';

const { viewer } = user('me');

/** A timeline of so many acts, whose pages hold at most `most`, and the lengths that were asked for. */
const timelineOf = (length: number, most = 100) => {
  const asked: number[] = [];
  const timeline: TimelineService['timeline'] = async (_, { first, after }) => {
    asked.push(first);
    const from = after === null ? 0 : Number(after);
    const to = Math.min(from + first, from + most, length);
    const seqs = Array.from({ length: to - from }, (_, i) => from + i);
    return {
      items: seqs.map((seq) => ({ cursor: String(seq + 1), node: { act: { seq } as Act, gone: false } })),
      endCursor: String(to),
      hasNextPage: to < length,
      hasPreviousPage: from > 0,
    };
  };
  const read = async (page: { limit: number; offset: number }) =>
    (await timelineAt({ timeline }, viewer, page)).map(({ seq }) => seq);
  return { asked, read };
};

describe('a timeline by limit and offset', () => {
  it.each([
    [{ limit: 20, offset: 0 }, [20]],
    [{ limit: 20, offset: 90 }, [100, 10]],
    [{ limit: 100, offset: 1_000 }, Array(11).fill(100)],
  ])('of %o asks for no more than it needs', async (page, lengths) => {
    const { asked, read } = timelineOf(5_000);
    const wanted = Array.from({ length: page.limit }, (_, i) => page.offset + i);
    expect(await read(page)).toEqual(wanted);
    expect(asked).toEqual(lengths);
  });

  it('ends where the timeline does', async () => {
    expect(await timelineOf(25).read({ limit: 20, offset: 20 })).toEqual([20, 21, 22, 23, 24]);
    expect(await timelineOf(25).read({ limit: 20, offset: 1_000 })).toEqual([]);
  });

  it('goes on after pages that end early, fifteen at the most', async () => {
    const { asked, read } = timelineOf(5_000, 3);
    expect(await read({ limit: 20, offset: 10 })).toEqual(Array.from({ length: 20 }, (_, i) => 10 + i));
    asked.length = 0;
    expect(await read({ limit: 20, offset: 30 })).toEqual(Array.from({ length: 15 }, (_, i) => 30 + i));
    expect(asked).toHaveLength(15);
  });
});
