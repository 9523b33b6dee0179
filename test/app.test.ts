import { describe, expect, it } from 'vitest';
import { onAccessChange } from '../src/app.js';
import type { AccessChange } from '../src/presence/ports/bus.js';

const block: AccessChange = { kind: 'relation', users: ['ana', 'bo'], mayRevoke: true };
const follow: AccessChange = { kind: 'relation', users: ['ana', 'bo'], mayRevoke: false };

/** The steps that a change takes, and whether each got the change. */
const stepsOf = (change: AccessChange): readonly string[] => {
  const steps: string[] = [];
  const record = (step: string) => (received: AccessChange) => {
    expect(received).toBe(change);
    steps.push(step);
  };
  onAccessChange({
    forget: record('forget'),
    fanOut: record('fan-out'),
    service: record('service'),
    flush: () => steps.push('flush'),
  })(change);
  return steps;
};

describe('a change of access facts', () => {
  it('empties caches, reaches the fan-out, then the service, then flushes the sockets', () => {
    expect(stepsOf(block)).toEqual(['forget', 'fan-out', 'service', 'flush']);
  });

  it('flushes nothing where it can revoke nothing', () => {
    expect(stepsOf(follow)).toEqual(['forget', 'fan-out', 'service']);
  });
});
