/**
 * The commands about what a session has open, purely: its places and the tray. They say nothing of whether the user is active: no
 * idleness ends and no lease is renewed by them, and no viewer of presence sees a difference (docs/design.md#places).
 */
import { recordWith } from './copies.js';
import type { Decision } from './decision.js';
import { withoutPlace, withPlace } from './places.js';
import { decide, newHttpSession, type SessionReference, startSession } from './record.js';
import { holderOf, replaceSession, resolveSession, withTray } from './session.js';
import type { PresenceRecord, Timings } from './types.js';

/** `enter`: the session is at that place. Where there is no session one over plain HTTP starts, as by `setPresence`. */
export const enterPlace = (
  record: PresenceRecord,
  {
    conversationId,
    sessionReference,
  }: { readonly conversationId: string; readonly sessionReference: SessionReference },
  now: number,
  timings: Timings,
): Decision<null> =>
  decide(record, now, (current) => {
    const found = resolveSession(current, sessionReference);
    const session = withPlace(found ?? newHttpSession(sessionReference, now, timings), conversationId, now);
    if (found) return { record: session === found ? current : replaceSession(current, session), result: null };
    return { record: startSession(current, session, now), result: null };
  });

/** `leave`: the result is whether the session was there. It starts none. */
export const leavePlace = (
  record: PresenceRecord,
  {
    conversationId,
    sessionReference,
  }: { readonly conversationId: string; readonly sessionReference: SessionReference },
  now: number,
): Decision<boolean> =>
  decide(record, now, (current) => {
    const found = resolveSession(current, sessionReference);
    const session = found && withoutPlace(found, conversationId, now);
    if (!session || session === found) return { record: current, result: false };
    return { record: replaceSession(current, session), result: true };
  });

/** No session of the user is at those places any more: they may no longer use them. */
export const removeFromPlaces = (
  record: PresenceRecord,
  conversationIds: readonly string[],
  now: number,
): Decision<null> =>
  decide(record, now, (current) => {
    const sessions = current.sessions.map((session) =>
      conversationIds.reduce((left, conversationId) => withoutPlace(left, conversationId, now), session),
    );
    const isSame = sessions.every((session, i) => session === current.sessions[i]);
    return { record: isSame ? current : recordWith(current, { sessions }), result: null };
  });

/**
 * A subscription to the tray was opened on the session of a connection, or closed. The result is whether the connection holds a
 * session.
 */
export const setTray = (
  record: PresenceRecord,
  { connectionId, tray }: { readonly connectionId: string; readonly tray: boolean },
  now: number,
): Decision<boolean> =>
  decide(record, now, (current) => {
    const found = holderOf(current, connectionId);
    if (!found) return { record: current, result: false };
    const session = withTray(found, connectionId, tray, now);
    return { record: session === found ? current : replaceSession(current, session), result: true };
  });
