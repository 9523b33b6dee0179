import { describe, expect, it } from 'vitest';
import {
  differencesOf,
  isClientBound,
  type Result,
  ratiosOf,
  replaceBetween,
  short,
  spreadOf,
  spreadText,
  tableOf,
} from '../../bench/measure.js';

const result = (given: Partial<Result> = {}): Result => ({
  round: 1,
  server: 'ws',
  workload: 'graph',
  figure: 'changes',
  count: 1_000,
  value: 10,
  serverMs: 10,
  clientMs: 5,
  wallMs: 20,
  ...given,
});

const which = { workload: 'graph', figure: 'changes', server: 'rollcall' };

describe('a spread', () => {
  it('is least, middle and most, in whatever order they came', () => {
    expect(spreadOf([3, 100, 20])).toEqual({ min: 3, median: 20, max: 100 });
  });

  it('takes the mean of the two in the middle of an even number', () => {
    expect(spreadOf([4, 1, 2, 8])).toEqual({ min: 1, median: 3, max: 8 });
  });

  it('of one value is that value', () => {
    expect(spreadOf([7])).toEqual({ min: 7, median: 7, max: 7 });
  });

  it('of nothing is an error', () => {
    expect(() => spreadOf([])).toThrow('no median of nothing');
  });

  it('is written with the middle in bold', () => {
    expect(spreadText({ min: 0.1314, median: 1.314, max: 131.4 })).toBe('0.131 – **1.31** – 131');
  });
});

describe('ratios', () => {
  it('are taken within a round, not between medians', () => {
    const results = [
      result({ round: 1, value: 10 }),
      result({ round: 2, value: 40 }),
      result({ round: 1, server: 'rollcall', value: 5 }),
      result({ round: 2, server: 'rollcall', value: 60 }),
    ];
    expect(ratiosOf(results, which, 'ws')).toEqual([0.5, 1.5]);
  });

  it('leave out rounds in which the other server is missing, or took no time that could be read', () => {
    const results = [
      result({ round: 1, value: 0 }),
      result({ round: 1, server: 'rollcall' }),
      result({ round: 2, server: 'rollcall' }),
    ];
    expect(ratiosOf(results, which, 'ws')).toEqual([]);
  });

  it('are taken to another figure of the same server where that is asked for', () => {
    const results = [result({ value: 10 }), result({ figure: 'setPresence', value: 4 })];
    expect(ratiosOf(results, { ...which, server: 'ws' }, 'ws', 'setPresence')).toEqual([2.5]);
  });

  it('mix neither workloads nor figures', () => {
    const results = [
      result({ workload: 'fanout' }),
      result({ figure: 'heap' }),
      result({ server: 'rollcall', workload: 'fanout' }),
      result({ server: 'rollcall' }),
    ];
    expect(ratiosOf(results, which, 'ws')).toEqual([]);
  });
});

describe('differences', () => {
  it('are taken within a round, also where the other took no time that could be read', () => {
    const results = [
      result({ round: 1, value: 10 }),
      result({ round: 2, value: 0 }),
      result({ round: 1, server: 'rollcall', value: 5 }),
      result({ round: 2, server: 'rollcall', value: 60 }),
      result({ round: 3, server: 'rollcall' }),
    ];
    expect(differencesOf(results, which, 'ws')).toEqual([-5, 60]);
  });
});

describe('the client', () => {
  it('set the pace where it was busy nearly all the time, and busier than the server', () => {
    expect(isClientBound([result({ clientMs: 19, serverMs: 10, wallMs: 20 })])).toBe(true);
  });

  it('did not where the server was as busy', () => {
    expect(isClientBound([result({ clientMs: 19, serverMs: 20, wallMs: 20 })])).toBe(false);
  });

  it('did not where that was so in a minority of rounds', () => {
    const bound = result({ clientMs: 19, serverMs: 10, wallMs: 20 });
    expect(isClientBound([bound, result({ round: 2 }), result({ round: 3 })])).toBe(false);
  });
});

describe('the report', () => {
  it('writes three digits that matter', () => {
    expect([0.1314, 1.314, 13.14, 131.4, 0].map(short)).toEqual(['0.131', '1.31', '13.1', '131', '0.000']);
  });

  it('aligns all columns but the first to the right', () => {
    expect(tableOf(['server', 'µs'], [['ws', '12']])).toBe('| server | µs |\n| --- | ---: |\n| ws | 12 |');
  });

  it('replaces what is between two markers of a page, again and again', () => {
    const page = 'before\n<!-- b -->\nold\n<!-- e -->\nafter\n';
    const once = replaceBetween(page, '<!-- b -->', '<!-- e -->', 'new');
    expect(once).toBe('before\n<!-- b -->\n\nnew\n\n<!-- e -->\nafter\n');
    expect(replaceBetween(once, '<!-- b -->', '<!-- e -->', 'new')).toBe(once);
  });

  it('does not write into a page without the markers', () => {
    expect(() => replaceBetween('before', '<!-- b -->', '<!-- e -->', 'new')).toThrow('The page has no');
  });
});
