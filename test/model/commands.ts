import fc from 'fast-check';
import { type PresenceStatus, STATUSES } from '../../src/presence/types.js';
import { revisionFor } from '../../src/presence/view.js';
import { EVERYTHING } from '../../src/presence/visibility.js';
import { activity, message } from '../support/unit/builders.js';
import type { Said, story } from '../support/unit/story.js';
import type { Happening } from './oracle.js';

/** Short timings, so that a random wait reaches the end of a grace, a lease, and silence. */
export const SHORT = { graceMs: 5, sessionTtlMs: 20, idleAfterMs: 15 };

/** A step of a random life, not yet bound to existing connections. */
export type Step =
  | { readonly kind: 'connect'; readonly session: string; readonly device: 'WEB' | 'MOBILE' | null }
  /** `which` of all connections there ever were. */
  | { readonly kind: 'close'; readonly which: number; readonly heardMsAgo: number }
  | { readonly kind: 'set'; readonly said: Said; readonly expiresIn: number | null; readonly from: Origin }
  | { readonly kind: 'beat'; readonly idle: boolean; readonly from: Origin }
  | { readonly kind: 'end'; readonly session: string }
  | { readonly kind: 'host'; readonly source: string; readonly count: number; readonly expiresIn: number | null }
  | { readonly kind: 'wait'; readonly ms: number };

/** `which` of all connections, null for plain HTTP; and the session named. */
interface Origin {
  readonly session: string | null;
  readonly which: number | null;
}

const sessionId = fc.constantFrom('a', 'b', 'c', '__proto__');
const which = fc.nat({ max: 7 });
const expiresIn = fc.option(fc.integer({ min: 1, max: 30 }), { freq: 2 });
const origin: fc.Arbitrary<Origin> = fc.record({ session: fc.option(sessionId), which: fc.option(which) });

/** Steps in which only these statuses are chosen. */
export const step = (statuses: readonly PresenceStatus[] = STATUSES): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('connect' as const),
        session: sessionId,
        device: fc.constantFrom('WEB' as const, 'MOBILE' as const, null),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('close' as const), which, heardMsAgo: fc.constantFrom(0, 0, 1, 9) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('set' as const),
        said: fc.record(
          {
            status: fc.constantFrom(...statuses),
            statusMessage: fc.constantFrom(null, message(), message({ text: 'Other' })),
            activities: fc.constantFrom([], [activity()], [activity({ name: 'Go' }), activity()]),
            device: fc.constantFrom('WEB' as const, 'PLUGIN' as const),
          },
          { requiredKeys: [] },
        ),
        expiresIn,
        from: origin,
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('beat' as const), idle: fc.boolean(), from: origin }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), session: sessionId }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('host' as const),
        source: fc.constantFrom('calls', 'streams'),
        count: fc.nat({ max: 2 }),
        expiresIn,
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        ms: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 30 })),
      }),
    },
  );

export const steps = (statuses?: readonly PresenceStatus[]) => fc.array(step(statuses), { maxLength: 40 });

/**
 * The same without anything that expires. Commits of one millisecond count on into the next ones and take along what
 * ends in those, so that one commit more may end something a millisecond earlier.
 */
export const lasting = (next: Step): Step => ('expiresIn' in next ? { ...next, expiresIn: null } : next);

/**
 * Applies random steps to a user; `happened` receives the outcome of each, and when others last saw a change before it.
 */
export const createLife = (
  ana: ReturnType<typeof story>,
  happened: (what: Happening, at: number, shownAt: number) => void = () => {},
) => {
  const connections: string[] = [];
  let made = 0;
  const connectionOf = (index: number | null) =>
    index === null || connections.length === 0 ? undefined : connections[index % connections.length];

  return (next: Step, { late = false } = {}) => {
    const { now } = ana;
    const shownAt = revisionFor(ana.record, EVERYTHING);
    switch (next.kind) {
      case 'wait':
        return late ? ana.pass(next.ms) : ana.wait(next.ms);
      case 'connect': {
        const connection = `n/${connections.length}`;
        connections.push(connection);
        ana.connect(next.session, connection, next.device);
        return happened({ kind: 'connect', session: next.session, connection }, now, shownAt);
      }
      case 'close': {
        const connection = connectionOf(next.which) ?? 'n/none';
        ana.close(connection, { heardMsAgo: next.heardMsAgo });
        return happened({ kind: 'close', connection, aliveAt: now - next.heardMsAgo }, now, shownAt);
      }
      case 'end':
        ana.end(next.session);
        return happened({ kind: 'end', session: next.session }, now, shownAt);
      case 'host': {
        const expiresAt = next.expiresIn === null ? null : now + next.expiresIn;
        ana.host(
          Array.from({ length: next.count }, (_, i) => activity({ name: `call ${i}`, expiresAt })),
          next.source,
        );
        return;
      }
      case 'set':
      case 'beat': {
        const { session } = next.from;
        const connection = connectionOf(next.from.which);
        const from = { ...(session !== null && { session }), ...(connection && { connection }) };
        made += 1;
        const who = { session, connection: connection ?? null, fresh: `new-${made}` };
        if (next.kind === 'beat') {
          ana.beat({ ...from, idle: next.idle });
          return happened({ kind: 'beat', ...who, idle: next.idle }, now, shownAt);
        }
        const expiresAt = next.expiresIn === null ? null : now + next.expiresIn;
        const { statusMessage, activities, ...rest } = next.said;
        ana.set(
          {
            ...rest,
            ...(statusMessage !== undefined && { statusMessage: statusMessage && { ...statusMessage, expiresAt } }),
            ...(activities && { activities: activities.map((one) => ({ ...one, expiresAt })) }),
          },
          from,
        );
        return happened({ kind: 'set', ...who, status: rest.status }, now, shownAt);
      }
    }
  };
};
