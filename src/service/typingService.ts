/** Typing in conversations: set and read (docs/design.md#typing). */
import type { HeldSessionService } from '../node/heldSessions.js';
import { unreadableRecord } from '../presence/errors.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { Clock } from '../presence/ports/clock.js';
import type { RateLimits } from '../presence/ports/rates.js';
import type { RecordStore } from '../presence/ports/records.js';
import type { TypingStore } from '../presence/ports/typing.js';
import { resolveSession } from '../presence/session.js';
import { isSeenLive } from '../presence/status.js';
import type { Timings } from '../presence/types.js';
import { checkId } from '../presence/validate.js';
import { userOf } from './callerUser.js';
import type { TypingService, TypingView } from './contract.js';
import { checkMayUse } from './conversationUse.js';
import type { ReadBudget } from './readBudget.js';
import { createTypingAmong } from './typingAmong.js';

export interface TypingServiceDeps {
  readonly store: Pick<RecordStore, 'read'> & TypingStore & Clock;
  readonly people: Pick<AccessReader, 'conversation' | 'membership' | 'conversationsAmong' | 'blockedAmong'>;
  readonly heldSessions: Pick<HeldSessionService, 'nameOf' | 'isMissing' | 'ensureRestored'>;
  readonly reads: ReadBudget;
  readonly rateLimits: RateLimits;
  readonly timings: Timings;
  /** A user who is seen live began to type, which others may see. Must not throw. */
  readonly onStarted?: (conversationId: string, userId: string) => void;
}

/** Starts of typing, and the records that decide whether anybody may see them. */
const createTypingStarts = ({
  store,
  heldSessions,
  timings,
  onStarted = () => {},
}: Pick<TypingServiceDeps, 'store' | 'heldSessions' | 'timings' | 'onStarted'>) => {
  const liveRecord = async (userId: string) => {
    const { records, unreadable, doubtful } = await store.read([userId]);
    if (unreadable?.has(userId)) throw unreadableRecord();
    // Of a doubtful record it is unknown whether the user has hidden since: their typing is not shown.
    return doubtful?.has(userId) ? undefined : records.get(userId);
  };

  /** The record of a user who is seen live, once the session of the calling connection is restored. */
  const seenLiveRecord = async (userId: string, connectionId: string | null = null) => {
    let record = await liveRecord(userId);
    if (heldSessions.isMissing(connectionId, record)) {
      await heldSessions.ensureRestored(connectionId);
      record = await liveRecord(userId);
    }
    return record && isSeenLive(record) ? record : undefined;
  };

  return {
    seenLiveRecord,
    /**
     * Stores a start, reads the record again, and only then announces the start: a user who hides commits that before
     * their typing is cleared. Returns when the typing expires.
     */
    async start(conversationId: string, userId: string, sessionId: string): Promise<number> {
      const forMs = timings.typingTimeoutMs;
      const { announced, expiresAt } = await store.startTyping({ conversationId, userId, sessionId, forMs });
      if (!announced) {
        if (await seenLiveRecord(userId)) {
          await store.announceTyping(conversationId, userId);
          onStarted(conversationId, userId);
        } else await store.clearTyping(userId, conversationId);
      }
      return expiresAt;
    },
  };
};

export const createTypingService = (deps: TypingServiceDeps): TypingService => {
  const { store, people, heldSessions, reads, rateLimits, timings } = deps;
  const { seenLiveRecord, start } = createTypingStarts(deps);

  return {
    async setTyping({ viewer, connectionId }, input) {
      const userId = userOf(viewer);
      const conversationId = checkId(input.conversationId, 'conversationId');
      const named = input.sessionId === undefined ? null : checkId(input.sessionId, 'sessionId');
      await rateLimits.take('typing', userId);
      await checkMayUse({ conversation: people.membership }, viewer, conversationId);
      const record = await seenLiveRecord(userId, connectionId);
      const answer = (expiresAt: number | null): TypingView => ({
        conversationId,
        userId,
        isTyping: expiresAt !== null,
        expiresAt,
      });
      // The typing of a user who is not seen live is accepted and stored nowhere.
      if (!record) return answer(input.isTyping ? (await store.now()) + timings.typingTimeoutMs : null);
      const name = connectionId && heldSessions.nameOf(connectionId);
      const sessionId = named ?? resolveSession(record, { sessionId: null, connectionId: name })?.id ?? '';
      if (input.isTyping) return answer(await start(conversationId, userId, sessionId));
      return answer((await store.stopTyping({ conversationId, userId, sessionId })).expiresAt);
    },

    async typing(viewer, conversationId) {
      checkId(conversationId, 'conversationId');
      return reads.open(viewer, 'query', async () => {
        await checkMayUse(people, viewer, conversationId);
        const typists = (await store.typing([conversationId])).filter(({ userId }) => userId !== viewer.userId);
        const blocked = await people.blockedAmong(
          viewer.userId,
          typists.map(({ userId }) => userId),
        );
        const result = typists
          .filter(({ userId }) => !blocked.has(userId))
          .map((entry): TypingView => ({ ...entry, isTyping: true }));
        // Blocked typists cost nothing: the rest of an allowance must not tell of them.
        return { result, counted: result.length };
      });
    },

    typingAmong: createTypingAmong({ store, people }),
  };
};
