/**
 * Sends states to the user objects of Stream (docs/doors.md#stream). Stream changes all users of a request or none, and where some are
 * unknown it does not document how it names them. So the sender of states divides the request until a user stands alone: the
 * answer to that request names them. Nothing is read of Stream to find out.
 */
import type { SendStates, UserState } from '../states/sending.js';
import { faultOf, type StreamAnswer, saysUnknown } from './streamAnswers.js';
import type { StreamClient } from './streamClient.js';
import { isStreamId, updateOf } from './streamUser.js';

export interface StreamUsersOptions {
  readonly client: StreamClient;
  /** Whether the user was deleted here. Such a user is not created there. */
  readonly isDeleted: (userId: string) => Promise<boolean>;
  /** Called for each state of a user whose id Stream does not allow. It counts as sent: it would fail for ever. */
  readonly onSkipped: (userId: string) => void;
  /** Called for each user who was created. */
  readonly onCreated: () => void;
}

const check = (answer: StreamAnswer): void => {
  const fault = faultOf(answer);
  if (fault) throw fault;
};

export const createSendToStream = ({ client, isDeleted, onSkipped, onCreated }: StreamUsersOptions): SendStates => {
  /** Creating replaces the object of a user who is known, so it follows only an answer about this user alone. */
  const createAndSend = async (state: UserState, signal: AbortSignal): Promise<void> => {
    if (await isDeleted(state.userId)) return;
    check(await client.create(state.userId, signal));
    onCreated();
    check(await client.update([updateOf(state)], signal));
  };

  return async (states, signal) => {
    for (const { userId } of states) if (!isStreamId(userId)) onSkipped(userId);
    const allowed = states.filter(({ userId }) => isStreamId(userId));
    const [first, ...others] = allowed;
    if (!first) return {};
    const answer = await client.update(allowed.map(updateOf), signal);
    if (saysUnknown(answer) && others.length === 0) await createAndSend(first, signal);
    else check(answer);
    return {};
  };
};
