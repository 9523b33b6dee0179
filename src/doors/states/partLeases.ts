/** Which parts of the marks this node sends: it registers its consumer in all of them, and holds the leases of those that were free. */
import { randomUUID } from 'node:crypto';
import { every } from '../../async/loop.js';
import type { MarkPart, StateConsumer, StateMarks } from '../../presence/ports/stateMarks.js';
import type { ToldLive } from '../../presence/ports/toldLive.js';
import { OF_TELLING_ANEW, waitAfter } from './attempts.js';

/** For how long commits mark after the last renewal of any node. */
const REGISTERED_MS = 24 * 3_600_000;
/** Users of one page of those who were told to be live. */
const PAGE = 1_000;

export interface PartTimings {
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  /** For how long a lease must still hold where a request begins: longer than the request takes. */
  readonly marginMs: number;
}

export const PART_TIMINGS: PartTimings = { leaseMs: 12_000, renewEveryMs: 2_500, marginMs: 6_000 };

/** One part as this node knows it. */
interface Known {
  /** A holder's name is used until its lease is lost: then what it took is free again for whoever takes the lease. */
  at: MarkPart;
  /** When the lease ends at the latest, on this process's clock; 0: it is another's. */
  until: number;
  marked: number;
  oldestMs: number;
}

export const startPartLeases = ({
  consumer,
  marks,
  toldLive,
  onError,
  onLost,
  onAnew,
  timings: { leaseMs, renewEveryMs, marginMs },
  now = () => performance.now(),
  chance = Math.random,
}: {
  readonly consumer: StateConsumer;
  readonly marks: StateMarks;
  readonly toldLive: Pick<ToldLive, 'page'>;
  readonly onError: (error: unknown) => void;
  /** The lease of that part is lost: its marks are another sender's. */
  readonly onLost: (at: MarkPart) => void;
  /** A lease was gained, or everybody of a part is to be told anew: with each renewal until they are marked. */
  readonly onAnew: () => void;
  readonly timings: PartTimings;
  readonly now?: () => number;
  readonly chance?: () => number;
}) => {
  const named = (part: number): MarkPart => ({ consumer, part, holder: randomUUID() });
  const parts = Array.from(
    { length: marks.parts },
    (_, part): Known => ({ at: named(part), until: 0, marked: 0, oldestMs: 0 }),
  );

  const lose = (known: Known): void => {
    const { at } = known;
    known.at = named(at.part);
    known.until = 0;
    onLost(at);
  };
  const holds = ({ until }: Known): boolean => until - now() > marginMs;

  /** Marks everybody of those parts who is live, or whom the consumer was told to be live: changes go before them. */
  const tellAnew = async (anew: readonly MarkPart[], stopped: AbortSignal): Promise<void> => {
    // One part after another, however many there are: the store serves others in between.
    for (const at of anew) {
      if (stopped.aborted) return;
      await marks.markLive(at);
    }
    const asked = new Set(anew.map(({ part }) => part));
    for (let after: string | null = null; !stopped.aborted; ) {
      const page: readonly string[] = await toldLive.page(consumer, after, PAGE);
      const before = page.filter((userId) => asked.has(marks.partOf(userId)));
      if (before.length > 0) await marks.markBehind(consumer, before);
      if (page.length < PAGE) {
        await Promise.all(anew.map((at) => marks.toldAnew(at)));
        return;
      }
      after = page.at(-1)!;
    }
  };

  let tellingAnew: Promise<void> | undefined;
  /** How often in a row that failed, and when it is begun again at the earliest. */
  let failures = 0;
  let anewFrom = Number.NEGATIVE_INFINITY;
  const renew = async (stopped: AbortSignal): Promise<void> => {
    const anew: MarkPart[] = [];
    const renewed = await Promise.allSettled(
      parts.map(async (known) => {
        if (known.until > 0 && known.until <= now()) lose(known);
        const { at } = known;
        const askedAt = now();
        const found = await marks.renew(at, { forMs: REGISTERED_MS, leaseMs });
        if (at !== known.at) return;
        if (!found.holds && known.until > 0) lose(known);
        if (found.holds && (found.anew || known.until === 0)) onAnew();
        known.until = found.holds ? askedAt + leaseMs : 0;
        known.marked = found.holds ? found.marked : 0;
        known.oldestMs = found.holds ? found.oldestMs : 0;
        if (found.holds && found.anew) anew.push(known.at);
      }),
    );
    if (anew.length > 0 && !tellingAnew && now() >= anewFrom) {
      // Beside the renewals: it may take longer than a lease.
      tellingAnew = tellAnew(anew, stopped)
        .then(() => {
          failures = 0;
        })
        .catch((error: unknown) => {
          failures += 1;
          anewFrom = now() + waitAfter(OF_TELLING_ANEW, failures, chance());
          onError(error);
        })
        .finally(() => {
          tellingAnew = undefined;
        });
    }
    for (const each of renewed) if (each.status === 'rejected') throw each.reason;
  };

  const renewing = every(renewEveryMs, renew, onError);
  const first = renew(renewing.stopped).catch(onError);
  let turn = 0;

  return {
    /** Whether the sender that took something of that part still has its lease, for as long as a request takes. */
    holds: (at: MarkPart): boolean => parts[at.part]!.at === at && holds(parts[at.part]!),
    /** Gives a part up: it is not known what the store did. What was taken is found again once the lease has run out. */
    lose(at: MarkPart): void {
      const known = parts[at.part]!;
      if (known.at === at) lose(known);
    },
    /** The parts that this node sends, each time beginning with another one. */
    held(): readonly MarkPart[] {
      turn += 1;
      const from = turn % parts.length;
      return [...parts.slice(from), ...parts.slice(0, from)].filter(holds).map(({ at }) => at);
    },
    get marked() {
      return parts.reduce((sum, { marked }) => sum + marked, 0);
    },
    get oldestMs() {
      return Math.max(...parts.map(({ oldestMs }) => oldestMs));
    },
    async stop(): Promise<void> {
      await renewing.stop();
      await Promise.all([first, tellingAnew]);
      const held = parts.filter(({ until }) => until > 0);
      for (const known of held) known.until = 0;
      await Promise.allSettled(held.map(({ at }) => marks.release(at)));
    },
  };
};

export type PartLeases = ReturnType<typeof startPartLeases>;
