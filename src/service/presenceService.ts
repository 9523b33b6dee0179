/** What users say and read of their own presence, and what the host puts into it (docs/design.md#status). */
import type { Departures } from '../node/departures.js';
import type { HeldSessionService } from '../node/heldSessions.js';
import type { ReadAlike } from '../node/recordReader.js';
import type { RecordWriter } from '../node/recordWriter.js';
import { badInput, forbidden, notFound, unreadableRecord } from '../presence/errors.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { Clock } from '../presence/ports/clock.js';
import type { RateLimits } from '../presence/ports/rates.js';
import type { TypingStore } from '../presence/ports/typing.js';
import * as record from '../presence/record.js';
import { isHiding } from '../presence/status.js';
import type { ActivityInput, PresenceRecord, Timings } from '../presence/types.js';
import { checkActivities, checkId, checkStatusMessage } from '../presence/validate.js';
import { viewAt } from '../presence/view.js';
import { SELF } from '../presence/visibility.js';
import { createCallerCommands } from './callerCommands.js';
import { userOf } from './callerUser.js';
import type { OwnPresenceService, SetPresence } from './contract.js';
import { meViewAt } from './meView.js';

/** Whether a change is a choice to hide, and nothing else. */
const onlyHides = ({ status, statusMessage, activities, device }: Omit<SetPresence, 'sessionId'>): boolean =>
  status !== undefined &&
  isHiding(status) &&
  statusMessage === undefined &&
  activities === undefined &&
  device === undefined;

const HIDING_ALREADY = 'hiding already';
type HidingAlready = typeof HIDING_ALREADY;

const hasTimes = ({ startedAt, expiresAt }: ActivityInput): boolean => startedAt !== null || expiresAt !== null;

/** A heartbeat at least this often keeps a session alive and shows it active, in seconds. */
export const heartbeatSeconds = ({ heartbeatIntervalMs, sessionTtlMs, idleAfterMs }: Timings): number =>
  Math.max(1, Math.floor(Math.min(heartbeatIntervalMs, sessionTtlMs / 2, idleAfterMs / 2) / 1_000));

export interface PresenceServiceDeps {
  readonly records: Pick<RecordWriter, 'updateWhenReady' | 'announceEnd'>;
  readonly readAlike: ReadAlike;
  readonly store: Clock & Pick<TypingStore, 'typedMsAgo'>;
  readonly people: Pick<AccessReader, 'privacy'>;
  readonly heldSessions: Pick<HeldSessionService, 'nameOf' | 'isMissing' | 'ensureRestored'>;
  readonly departures: Pick<Departures, 'closedMsAgo'>;
  readonly rateLimits: RateLimits;
  readonly timings: Timings;
  /** A new session id. */
  readonly newId: () => string;
}

export const createPresenceService = (deps: PresenceServiceDeps): OwnPresenceService => {
  const { records, readAlike, store, people, departures, rateLimits, timings } = deps;
  const commands = createCallerCommands(deps);

  /** How long ago a user who hides now appears to have closed their tab: not before others saw them type, or stop. */
  const closedMsAgoOf = async (userId: string): Promise<number> => {
    // Hiding must not fail for this: a user who may have been typing appears to have ended their session just now.
    const typedMsAgo = await store.typedMsAgo(userId).catch(() => 0);
    const closedMsAgo = departures.closedMsAgo();
    return typedMsAgo !== null && typedMsAgo < closedMsAgo ? 0 : closedMsAgo;
  };

  return {
    async setPresence(caller, { sessionId, ...input }) {
      const userId = userOf(caller.viewer);
      const sessionReference = commands.sessionReferenceOf(caller, sessionId);
      // The clock is read only where there is a time to compare with it.
      const isTimed = input.statusMessage?.expiresAt != null || input.activities?.some(hasTimes);
      const now = isTimed ? await store.now() : 0;
      if (input.statusMessage) checkStatusMessage(input.statusMessage, now);
      const activities = input.activities && checkActivities(input.activities, now);
      // A visible user may always hide, whatever their allowance; to be seen again is limited, and so is the rest.
      const isFree = onlyHides(input);
      if (!isFree) await rateLimits.take('presence', userId);
      const hides = input.status !== undefined && isHiding(input.status);
      const closedMsAgo = hides ? await closedMsAgoOf(userId) : 0;
      const set = (before: PresenceRecord, at: number) =>
        record.setPresence(
          before,
          { ...input, activities, sessionReference: sessionReference(), closedMsAgo },
          at,
          timings,
        );
      const isDurable = input.status !== undefined || input.statusMessage !== undefined;
      const cause = hides ? 'hides' : isDurable ? 'durable' : undefined;
      const committed = await commands.commit<HidingAlready | null>(
        caller,
        userId,
        (before, at) =>
          isFree && isHiding(before.chosen) ? { record: before, result: HIDING_ALREADY } : set(before, at),
        isFree ? undefined : cause,
      );
      if (committed.result === null) return viewAt(committed.record, SELF, committed.now);
      // Nobody sees a difference, so this is one mutation among others.
      await rateLimits.take('mutation', userId);
      const changed = await commands.commit(caller, userId, set, cause);
      return viewAt(changed.record, SELF, changed.now);
    },

    async heartbeat(caller, { sessionId, ...input }) {
      const userId = userOf(caller.viewer);
      const sessionReference = commands.sessionReferenceOf(caller, sessionId);
      await rateLimits.take('mutation', userId);
      const {
        record: after,
        result: id,
        now,
      } = await commands.commit(caller, userId, (before, at) =>
        record.heartbeat(before, { ...input, sessionReference: sessionReference() }, at, timings),
      );
      const session = after.sessions.find((candidate) => candidate.id === id);
      return {
        sessionId: id,
        expiresAt: session ? record.expiryOf(session, now, timings) : now,
        intervalSeconds: heartbeatSeconds(timings),
        places: session?.places.map(({ conversationId }) => conversationId) ?? [],
      };
    },

    async endSession(caller, sessionId) {
      const userId = userOf(caller.viewer);
      checkId(sessionId, 'sessionId');
      await rateLimits.take('mutation', userId);
      const { record: after, result } = await commands.commit(
        caller,
        userId,
        (before, now) => record.endSession(before, sessionId, now),
        'ended',
      );
      // An earlier attempt may have ended it and lost its answer, or a node that was declared lost may be about to restore it.
      if (!result) await records.announceEnd(userId, { sessionId, revision: after.revision });
      return result;
    },

    async me({ viewer }) {
      const userId = userOf(viewer);
      const reading = await readAlike([userId], () => people.privacy(userId));
      const mine = reading.records.get(userId);
      if (reading.unreadable?.has(userId)) throw unreadableRecord();
      if (!mine) throw notFound('There is no such user.');
      return meViewAt(mine, reading.accessFacts, reading.nowOf(userId), timings);
    },

    async putActivity(viewer, userId, source, activities) {
      if (viewer.kind !== 'service') throw forbidden('putActivity takes a token with the scope "service".');
      checkId(userId, 'userId');
      checkId(source, 'source');
      const checked = checkActivities(activities, await store.now());
      const { result } = await records.updateWhenReady(userId, (before, now) =>
        record.putActivity(before, { source, activities: checked }, now),
      );
      if (!result)
        throw badInput(`At most ${record.MAX_HOST_SOURCES} sources may put activities of one user; clear one first.`);
      return true;
    },
  };
};
