import { describe, expect, it } from 'vitest';
import { Refused, TryLater } from '../../../src/doors/states/sending.js';
import { faultOf, resetAfter, type StreamAnswer, saysUnknown } from '../../../src/doors/stream/streamAnswers.js';

const answer = (status: number, changes: Partial<StreamAnswer> = {}): StreamAnswer => ({
  status,
  code: null,
  resetAfterMs: null,
  ...changes,
});

describe('an answer of Stream', () => {
  it.each([200, 201])('of %i is taken', (status) => expect(faultOf(answer(status))).toBeNull());

  it.each([
    [400, 4],
    [409, null],
    [413, 22],
    [422, null],
    [404, 16],
  ])('of %i (code %s) refuses the users of the request', (status, code) => {
    expect(faultOf(answer(status, { code }))).toBeInstanceOf(Refused);
  });

  it.each([301, 401, 403, 404, 405, 408, 500, 502, 503])('of %i is no fault of a user', (status) => {
    const fault = faultOf(answer(status, { code: status === 404 ? null : 5 }));
    expect(fault).toBeInstanceOf(Error);
    expect(fault).not.toBeInstanceOf(Refused);
    expect(fault).not.toBeInstanceOf(TryLater);
  });

  it('is named by status and code, not by its sentence, which may quote a person', () => {
    expect(faultOf(answer(401, { code: 43 }))?.message).toBe('Stream answered 401 (code 43).');
    expect(faultOf(answer(502))?.message).toBe('Stream answered 502.');
  });

  it.each([
    ['until the window is over', 12_000, 12_000],
    ['at least a second', -5_000, 1_000],
    ['at most 15 minutes', 10 ** 9, 900_000],
    ['a minute where Stream names no time', null, 60_000],
  ])('of 429 asks for a pause: %s', (_, resetAfterMs, afterMs) => {
    const fault = faultOf(answer(429, { code: 9, resetAfterMs }));
    expect(fault).toBeInstanceOf(TryLater);
    expect(fault).toMatchObject({ afterMs });
  });

  it('says that a user is unknown by its code alone', () => {
    expect(saysUnknown(answer(404, { code: 16 }))).toBe(true);
    expect(saysUnknown(answer(404))).toBe(false);
    expect(saysUnknown(answer(400, { code: 16 }))).toBe(false);
  });
});

describe('the reset of the rate limit', () => {
  const NOW = Date.UTC(2026, 0, 31, 12);
  it('is measured on the clock of Stream', () => {
    const reset = String(NOW / 1_000 + 30);
    expect(resetAfter(reset, 'Sat, 31 Jan 2026 11:59:50 GMT', NOW)).toBe(40_000);
  });
  it('is measured on ours where Stream does not say the time', () => {
    const reset = String(NOW / 1_000 + 30);
    expect(resetAfter(reset, null, NOW)).toBe(30_000);
    expect(resetAfter(reset, 'noon', NOW)).toBe(30_000);
  });
  it.each([null, '', ' ', 'soon'])('is not known of %j', (reset) => expect(resetAfter(reset, null, NOW)).toBeNull());
});
