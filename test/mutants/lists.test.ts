import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readMutants, selectMutants, tableOf, withFault, withTable } from '../../scripts/mutants.mjs';

const mutants = await readMutants();

describe('the faults that tests notice', () => {
  it.each(mutants)('$room: $name stands where it says, and so do its tests', (mutant) => {
    expect(() => withFault(readFileSync(mutant.file, 'utf8'), mutant)).not.toThrow();
    expect(mutant.to).not.toBe(mutant.from);
    expect(mutant.tests.length).toBeGreaterThan(0);
    expect(mutant.tests.filter((test) => !existsSync(test))).toEqual([]);
  });

  it('have names of their own', () => {
    const names = mutants.map(({ room, name }) => `${room}: ${name}`);
    expect(names).toEqual([...new Set(names)]);
  });

  it('are selected by the name of a list, or by a word in what they are called', () => {
    const fault = (room: string, name: string) => ({ room, name, promise: '', file: '', from: '', to: '', tests: [] });
    const [grace, idle, fanout] = [fault('store', 'grace'), fault('store-idle', 'idle'), fault('fanout', 'a store')];
    const all = [grace, idle, fanout];
    expect(selectMutants(all, [])).toEqual(all);
    expect(selectMutants(all, ['store'])).toEqual([grace]);
    expect(selectMutants(all, ['stor'])).toEqual(all);
    expect(selectMutants(all, ['idle', 'fanout'])).toEqual([idle, fanout]);
  });

  it('are all in docs/testing.md, see npm run test:mutants -- --table', () => {
    const page = readFileSync('docs/testing.md', 'utf8');
    expect(withTable(page, tableOf(mutants))).toBe(page);
  });
});
