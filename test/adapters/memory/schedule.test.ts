import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSchedule } from '../../../src/adapters/memory/schedule.js';

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__', 'constructor');
const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ key, at: fc.option(fc.nat({ max: 50 }), { freq: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ now: fc.nat({ max: 60 }), limit: fc.nat({ max: 8 }) }) },
);

describe('a schedule', () => {
  it('agrees with a plain list, whatever keys are set, moved and taken out', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const schedule = createSchedule();
        const list = new Map<string, number>();
        for (const next of acts) {
          if ('key' in next) {
            schedule.set(next.key, next.at);
            if (next.at === null) list.delete(next.key);
            else list.set(next.key, next.at);
          } else {
            const due = [...list].filter(([, at]) => at <= next.now).sort(([, a], [, b]) => a - b);
            const found = schedule.due(next.now, next.limit);
            expect(new Set(found).size).toBe(found.length);
            expect(found.map((one) => list.get(one))).toEqual(due.slice(0, next.limit).map(([, at]) => at));
          }
          expect(schedule.size).toBe(list.size);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps due keys due', () => {
    const schedule = createSchedule();
    schedule.set('a', 5);
    expect(schedule.due(4, 10)).toEqual([]);
    expect([schedule.due(5, 10), schedule.due(5, 10)]).toEqual([['a'], ['a']]);
  });

  it('drops stale entries without losing a key', () => {
    const schedule = createSchedule();
    for (let i = 0; i < 20_000; i += 1) schedule.set(`key ${i % 100}`, 1_000_000 - i);
    expect(schedule.size).toBe(100);
    const due = schedule.due(1_000_000, 1_000);
    expect(due).toEqual(Array.from({ length: 100 }, (_, i) => `key ${99 - i}`));
  });

  it('lists a key once that is set to the same moment repeatedly, or taken out and put back', () => {
    const schedule = createSchedule();
    for (let i = 0; i < 10; i += 1) {
      schedule.set('a', 5);
      schedule.set('a', null);
      schedule.set('a', 5);
    }
    expect(schedule.due(5, 10)).toEqual(['a']);
  });
});
