/** One user's record through time: what happens to it, in that order, and what others see meanwhile. */
import * as placeCommands from '../../../src/presence/placeCommands.js';
import * as commands from '../../../src/presence/record.js';
import { nextDue } from '../../../src/presence/scheduling.js';
import type {
  ActivityInput,
  DeviceType,
  PresenceRecord,
  PresenceStatus,
  StatusMessage,
  Timings,
} from '../../../src/presence/types.js';
import { contentFor, type PresenceContent, type PresenceView, viewAt } from '../../../src/presence/view.js';
import { EVERYTHING, type Facets, SELF } from '../../../src/presence/visibility.js';
import { record as emptyRecord, NOON, timings as timingsOf } from './builders.js';

/** Whose command it is; neither of the two: over plain HTTP, without a session id. */
export interface From {
  readonly session?: string;
  readonly connection?: string;
}

export interface Said {
  readonly status?: PresenceStatus;
  readonly statusMessage?: StatusMessage | null;
  readonly activities?: readonly ActivityInput[];
  readonly device?: DeviceType;
}

/** `seen` of one commit, as others see it. */
export interface Seen extends PresenceContent {
  readonly at: number;
}

export const story = ({
  at = NOON,
  record = emptyRecord(),
  ...changes
}: { readonly at?: number; readonly record?: PresenceRecord } & Partial<Timings> = {}) => {
  const timings = timingsOf(changes);
  let now = at;
  let current = record;
  let made = 0;
  const seen: Seen[] = [];
  const commits: { readonly before: PresenceRecord; readonly after: PresenceRecord }[] = [];

  const take = <R>(decision: { readonly record: PresenceRecord; readonly result: R }): R => {
    const before = contentFor(current, EVERYTHING);
    const after = contentFor(decision.record, EVERYTHING);
    if (JSON.stringify(before) !== JSON.stringify(after)) seen.push({ ...after, at: now });
    if (decision.record !== current) commits.push({ before: current, after: decision.record });
    current = decision.record;
    return decision.result;
  };
  const sessionReference = ({ session, connection }: From) => ({
    sessionId: session ?? null,
    connectionId: connection ?? null,
    newSessionId: `new-${++made}`,
  });

  return {
    timings,
    get now() {
      return now;
    },
    get record() {
      return current;
    },
    get sessions() {
      return current.sessions.map(({ id }) => id);
    },
    /** The records before and after each commit. */
    get commits() {
      return commits;
    },
    /** What others saw, one after the other, apart from how it began. */
    get transcript(): readonly Seen[] {
      return seen;
    },
    /** The statuses that others saw, one after the other, apart from the first. */
    get statuses() {
      return seen.map(({ status }) => status);
    },
    others: (facets: Facets = EVERYTHING): PresenceView => viewAt(current, facets, now),
    self: (): PresenceView => viewAt(current, SELF, now),

    connect(sessionId = 'tab', connectionId = 'n/1', device: DeviceType | null = null) {
      take(commands.connect(current, { connectionId, sessionId, device }, now));
    },
    close(
      connectionId = 'n/1',
      {
        heardMsAgo = 0,
        returnsWithinMs = 0,
        graceUntil = null,
      }: { readonly heardMsAgo?: number; readonly returnsWithinMs?: number; readonly graceUntil?: number | null } = {},
    ) {
      const aliveAt = now - heardMsAgo;
      take(commands.disconnect(current, { connectionId, aliveAt, returnsWithinMs, graceUntil }, now, timings));
    },
    set(said: Said, from: From = {}) {
      take(commands.setPresence(current, { ...said, sessionReference: sessionReference(from) }, now, timings));
    },
    beat({ idle = false, device, ...from }: From & { readonly idle?: boolean; readonly device?: DeviceType } = {}) {
      return take(
        commands.heartbeat(current, { idle, device, sessionReference: sessionReference(from) }, now, timings),
      );
    },
    enter(conversationId: string, from: From = {}) {
      take(
        placeCommands.enterPlace(current, { conversationId, sessionReference: sessionReference(from) }, now, timings),
      );
    },
    leave: (conversationId: string, from: From = {}) =>
      take(placeCommands.leavePlace(current, { conversationId, sessionReference: sessionReference(from) }, now)),
    tray: (tray: boolean, connectionId = 'n/1') => take(placeCommands.setTray(current, { connectionId, tray }, now)),
    end: (sessionId = 'tab') => take(commands.endSession(current, sessionId, now)),
    host: (activities: readonly ActivityInput[], source = 'calls') =>
      take(commands.putActivity(current, { source, activities }, now)),
    /** Out of turn; {@link wait} does all that is due. */
    tick() {
      take(commands.tick(current, now));
    },
    /** Time passes, and nobody does what comes due in it. */
    pass(ms: number) {
      now += ms;
    },
    /** Time passes, and all that comes due in it is done at its moment. */
    wait(ms: number) {
      const until = now + ms;
      for (let due = nextDue(current); due !== null && due <= until; due = nextDue(current)) {
        now = Math.max(now, due);
        take(commands.tick(current, now));
      }
      now = until;
    },
  };
};
