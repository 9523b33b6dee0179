import { describe, expect, it } from 'vitest';
import { fromParts } from '../../../src/adapters/redis/fromParts.js';

/** Lists of several parts; null: the part is away. */
const listing = (parts: Record<string, readonly string[] | null>, limit: number) =>
  fromParts(Object.keys(parts), limit, async (part, offset, count) => {
    const all = parts[part];
    if (!all) throw new Error(`${part} is away`);
    return all.slice(offset, offset + count);
  });

const list = async (...asked: Parameters<typeof listing>) => (await listing(...asked)).found;

describe('a listing of several parts', () => {
  it('has of each about as much, and the rest of those that have more', async () => {
    expect(await list({ a: ['a1', 'a2', 'a3', 'a4'], b: ['b1'] }, 4)).toEqual(['a1', 'a2', 'b1', 'a3']);
    expect(await list({ a: ['a1', 'a2', 'a3'], b: ['b1', 'b2'] }, 4)).toEqual(['a1', 'a2', 'b1', 'b2']);
  });

  it('leaves out a part that is away', async () => {
    expect(await list({ a: ['a1', 'a2', 'a3'], b: null, c: ['c1'] }, 6)).toEqual(['a1', 'a2', 'c1', 'a3']);
  });

  it('says that a part was left out', async () => {
    const { failures } = await listing({ a: ['a1'], b: null }, 6);
    expect(failures).toEqual([new Error('b is away')]);
    expect((await listing({ a: ['a1'], b: ['b1'] }, 6)).failures).toEqual([]);
  });

  it('fails where a part is away and the others have nothing, which may not be all', async () => {
    await expect(list({ a: [], b: null }, 6)).rejects.toThrow('b is away');
    expect(await list({ a: [], b: [] }, 6)).toEqual([]);
  });
});
