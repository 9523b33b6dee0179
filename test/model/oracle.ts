import type { PresenceStatus } from '../../src/presence/types.js';

/** What may happen to a user, at a moment. */
export type Happening =
  | { readonly kind: 'connect'; readonly session: string; readonly connection: string }
  | { readonly kind: 'close'; readonly connection: string; readonly aliveAt: number }
  | {
      readonly kind: 'set' | 'beat';
      readonly session: string | null;
      readonly connection: string | null;
      /** The id that a session gets where none is named and none speaks. */
      readonly fresh: string;
      readonly status?: PresenceStatus | undefined;
      readonly idle?: boolean;
    }
  | { readonly kind: 'end'; readonly session: string };

/** One life of a session: from its start until nothing holds it. */
interface Life {
  readonly id: string;
  readonly holders: Set<string>;
  /** Until when plain HTTP, or a grace, holds it. */
  http: number;
  grace: number;
  lastWords: number;
  /** The last moment at which it was certainly there, a connection's own presence aside. */
  witnessed: number;
  /** Null until it sent a heartbeat. */
  idle: boolean | null;
  touchedAt: number;
}

/**
 * The rules of sessions and status, written a second time in another way: nothing is ever due. A life is looked at when
 * somebody asks, and is over when nothing holds it at that moment.
 */
export const createOracle = ({
  graceMs,
  sessionTtlMs,
  idleAfterMs,
}: {
  readonly graceMs: number;
  readonly sessionTtlMs: number;
  readonly idleAfterMs: number;
}) => {
  let lives: Life[] = [];
  let chosen: PresenceStatus = 'ONLINE';
  let lastSeen: number | null = null;

  const hides = () => chosen === 'INVISIBLE' || chosen === 'OFFLINE';
  const saw = (moment: number) => {
    lastSeen = Math.max(lastSeen ?? 0, moment);
  };
  const bury = (over: (life: Life) => boolean) => {
    for (const life of lives.filter(over)) if (!hides()) saw(life.witnessed);
    lives = lives.filter((life) => !over(life));
  };
  const settle = (at: number) => bury(({ holders, http, grace }) => holders.size === 0 && http <= at && grace <= at);

  const begin = (id: string, at: number): Life => {
    const life = {
      id,
      holders: new Set<string>(),
      http: 0,
      grace: 0,
      lastWords: at,
      witnessed: at,
      idle: null,
      touchedAt: at,
    };
    lives.push(life);
    return life;
  };
  const speakerOf = (session: string | null, connection: string | null): Life | undefined => {
    if (session !== null) return lives.find(({ id }) => id === session);
    const own = lives.find(({ holders }) => connection !== null && holders.has(connection));
    return own ?? [...lives].reverse().sort((a, b) => b.lastWords - a.lastWords)[0];
  };

  const status = (at: number): PresenceStatus => {
    settle(at);
    if (hides() || lives.length === 0) return 'OFFLINE';
    if (chosen === 'DO_NOT_DISTURB' || chosen === 'AWAY') return chosen;
    const isActive = ({ idle, touchedAt }: Life) => idle === null || (!idle && at < touchedAt + idleAfterMs);
    return lives.some(isActive) ? 'ONLINE' : 'AWAY';
  };

  const apply = (happening: Happening, at: number) => {
    switch (happening.kind) {
      case 'connect': {
        const known = lives.find(({ id }) => id === happening.session);
        const life = known ?? begin(happening.session, at);
        if (!known && chosen === 'OFFLINE') chosen = 'ONLINE';
        life.holders.add(happening.connection);
        life.http = 0;
        life.grace = 0;
        life.lastWords = at;
        return;
      }
      case 'close': {
        const life = lives.find(({ holders }) => holders.delete(happening.connection));
        if (!life || life.holders.size > 0) return;
        life.witnessed = Math.max(life.witnessed, happening.aliveAt);
        if (life.http > at + graceMs) return;
        life.http = 0;
        life.grace = at + graceMs;
        return settle(at);
      }
      case 'end': {
        const life = lives.find(({ id }) => id === happening.session);
        if (life && life.grace === 0) life.witnessed = at;
        return bury((other) => other === life);
      }
      case 'set':
      case 'beat': {
        const isBackground = happening.kind === 'beat' && happening.idle === true;
        const sessionReference = speakerOf(happening.session, happening.connection);
        if (sessionReference || happening.status !== 'OFFLINE') {
          const life = sessionReference ?? begin(happening.session ?? happening.fresh, at);
          if (!sessionReference && chosen === 'OFFLINE' && !isBackground) chosen = 'ONLINE';
          life.lastWords = at;
          life.touchedAt = at;
          if (happening.kind === 'beat') life.idle = happening.idle === true;
          const goesToBackground = isBackground && happening.connection === null && happening.session !== null;
          if (!sessionReference || goesToBackground || (life.http > at && life.grace === 0)) {
            life.http = at + sessionTtlMs;
            life.witnessed = at;
            life.grace = 0;
          }
          if (happening.kind === 'beat' && !isBackground && life.holders.size > 0) life.http = 0;
        }
        if (happening.status) chosen = happening.status;
      }
    }
  };

  return {
    /** `shownAt` is when others last saw something change before this. */
    happens(happening: Happening, at: number, shownAt: number) {
      const wasSeen = status(at) !== 'OFFLINE';
      const before = chosen;
      apply(happening, at);
      const isSeen = status(at) !== 'OFFLINE';
      if (isSeen && !wasSeen) saw(at);
      if (wasSeen && !isSeen && before !== chosen) saw(shownAt > at - graceMs ? at : at - graceMs);
    },
    seenAt(at: number) {
      const seen = status(at);
      return {
        status: seen,
        chosen,
        lastSeen: seen === 'OFFLINE' ? lastSeen : null,
        sessions: lives.map(({ id }) => id).sort(),
      };
    },
  };
};
