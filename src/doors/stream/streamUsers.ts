/**
 * Sends states to the user objects of Stream (docs/doors.md#stream). Stream changes all users of a request or none, and where some are
 * unknown it does not document how it names them. So the sender of states divides the request until a user stands alone: the
 * answer to that request names them. Nothing is read of Stream to find out.
 */
import { pairKey } from '../../presence/pairs.js';
import type { AccessReader } from '../../presence/ports/access.js';
import type { SendStates } from '../states/sending.js';
import { ANYBODY, asSeenInChannels } from './channelSight.js';
import type { LastSent } from './lastSent.js';
import { faultOf, type StreamAnswer, saysUnknown } from './streamAnswers.js';
import type { StreamClient } from './streamClient.js';
import { isStreamId, type StreamUserUpdate, updateOf } from './streamUser.js';

export interface StreamUsersOptions {
  readonly client: StreamClient;
  readonly people: Pick<AccessReader, 'accessFacts'>;
  readonly lastSent: LastSent;
  /** Called for each state of a user whose id Stream does not allow. It counts as sent: it would fail for ever. */
  readonly onSkipped: (userId: string) => void;
  /** Called for each user who was created. */
  readonly onCreated: () => void;
}

const check = (answer: StreamAnswer): void => {
  const fault = faultOf(answer);
  if (fault) throw fault;
};

export const createSendToStream = ({
  client,
  people,
  lastSent,
  onSkipped,
  onCreated,
}: StreamUsersOptions): SendStates => {
  /** Creating replaces the object of a user who is known, so it follows only an answer about this user alone. */
  const createAndUpdate = async (update: StreamUserUpdate, signal: AbortSignal): Promise<void> => {
    check(await client.create(update.id, signal));
    onCreated();
    check(await client.update([update], signal));
  };

  return async (states, signal) => {
    for (const { userId } of states) if (!isStreamId(userId)) onSkipped(userId);
    const allowed = states.filter(({ userId }) => isStreamId(userId));
    if (allowed.length === 0) return { asked: 0 };
    const facts = await people.accessFacts(allowed.map(({ userId }) => ({ viewerId: ANYBODY, userId })));
    const factsOf = (userId: string) => facts.get(pairKey(ANYBODY, userId));
    const sights = allowed
      .map((state) => asSeenInChannels(state, factsOf(state.userId)))
      .filter((sight) => !lastSent.has(sight));
    if (sights.length === 0) return { asked: 0 };
    const updates = sights.map(updateOf);

    // What fails may have arrived.
    lastSent.forget(sights);
    const answer = await client.update(updates, signal);
    const [update, ...others] = updates;
    if (!update || others.length > 0 || !saysUnknown(answer)) check(answer);
    // Whoever was deleted here is not created there.
    else if (!factsOf(update.id)?.exists) return { asked: 1 };
    else await createAndUpdate(update, signal);
    lastSent.sent(sights);
    return { asked: sights.length };
  };
};
