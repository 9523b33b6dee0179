/** Commands of a caller about one of their sessions: which session is meant, and their commit. */
import type { HeldSessionService } from '../node/heldSessions.js';
import type { RecordWriter } from '../node/recordWriter.js';
import type { Decision } from '../presence/decision.js';
import type { SessionReference } from '../presence/record.js';
import type { Cause } from '../presence/transitions.js';
import type { PresenceRecord } from '../presence/types.js';
import { checkId } from '../presence/validate.js';
import type { Caller } from './contract.js';

export interface CallerCommandsDeps {
  readonly records: Pick<RecordWriter, 'updateWhenReady'>;
  readonly heldSessions: Pick<HeldSessionService, 'nameOf' | 'isMissing' | 'ensureRestored'>;
  /** A new session id. */
  readonly newId: () => string;
}

/** Commits what a caller says through one of their sessions. */
export const createCallerCommands = ({ records, heldSessions, newId }: CallerCommandsDeps) => ({
  /** Which session a command is about: by the name that the connection has when the command is decided. */
  sessionReferenceOf({ connectionId }: Caller, sessionId: string | undefined): () => SessionReference {
    const named = sessionId === undefined ? null : checkId(sessionId, 'sessionId');
    const newSessionId = newId();
    return () => ({
      sessionId: named,
      connectionId: connectionId && heldSessions.nameOf(connectionId),
      newSessionId,
    });
  },

  /**
   * Commits the command of a connection once its own session is in the store: where the store lost that session, the
   * command would start another one beside it.
   */
  async commit<R>(
    { connectionId }: Caller,
    userId: string,
    decide: (before: PresenceRecord, now: number) => Decision<R>,
    cause?: Cause,
  ) {
    for (;;) {
      const { result, ...committed } = await records.updateWhenReady<{ readonly decided: R } | null>(
        userId,
        (before, now) => {
          if (heldSessions.isMissing(connectionId, before)) return { record: before, result: null };
          const decision = decide(before, now);
          return { record: decision.record, result: { decided: decision.result } };
        },
        cause,
      );
      if (result) return { ...committed, result: result.decided };
      await heldSessions.ensureRestored(connectionId);
    }
  },
});
