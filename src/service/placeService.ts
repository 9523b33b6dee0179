/**
 * Places: who has what open, docs/design.md#places. A coming costs the commit of a record and three commands of the store, one query
 * for the right to it, and the answer (see hereQuery.ts).
 */
import { enterPlace, leavePlace, removeFromPlaces, setTray } from '../presence/placeCommands.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { RateLimits } from '../presence/ports/rates.js';
import type { Timings } from '../presence/types.js';
import { checkId } from '../presence/validate.js';
import { type CallerCommandsDeps, createCallerCommands } from './callerCommands.js';
import { userOf } from './callerUser.js';
import type { PlaceService } from './contract.js';
import { checkMayUse } from './conversationUse.js';
import type { ReadHere } from './hereQuery.js';
import type { ReadBudget } from './readBudget.js';

export const createPlaceService = ({
  people,
  rateLimits,
  reads,
  readHere,
  timings,
  ...ofCommands
}: CallerCommandsDeps & {
  readonly people: Pick<AccessReader, 'conversation'>;
  readonly rateLimits: Pick<RateLimits, 'take'>;
  readonly reads: ReadBudget;
  readonly readHere: ReadHere;
  readonly timings: Timings;
}): PlaceService => {
  const commands = createCallerCommands(ofCommands);

  return {
    async enter(caller, input) {
      const { viewer } = caller;
      const userId = userOf(viewer);
      const conversationId = checkId(input.conversationId, 'conversationId');
      const sessionReference = commands.sessionReferenceOf(caller, input.sessionId);
      await rateLimits.take('mutation', userId);
      // Before the commit: what is refused has not happened.
      return reads.roster(viewer, 'query', async () => {
        await checkMayUse(people, viewer, conversationId);
        await commands.commit(caller, userId, (before, now) =>
          enterPlace(before, { conversationId, sessionReference: sessionReference() }, now, timings),
        );
        try {
          // Who lost the right meanwhile may have been looked for before the commit.
          await checkMayUse(people, viewer, conversationId);
        } catch (error) {
          await commands.commit(caller, userId, (before, now) => removeFromPlaces(before, [conversationId], now));
          throw error;
        }
        return readHere(viewer, conversationId);
      });
    },

    async leave(caller, input) {
      const userId = userOf(caller.viewer);
      const conversationId = checkId(input.conversationId, 'conversationId');
      const sessionReference = commands.sessionReferenceOf(caller, input.sessionId);
      await rateLimits.take('mutation', userId);
      const { result } = await commands.commit(caller, userId, (before, now) =>
        leavePlace(before, { conversationId, sessionReference: sessionReference() }, now),
      );
      return result;
    },

    async here(viewer, conversationId) {
      checkId(conversationId, 'conversationId');
      return reads.roster(viewer, 'query', async () => {
        await checkMayUse(people, viewer, conversationId);
        return readHere(viewer, conversationId);
      });
    },

    async setTray(caller, tray) {
      const userId = userOf(caller.viewer);
      const { connectionId } = caller;
      if (connectionId === null) return false;
      const { result } = await commands.commit(caller, userId, (before, now) =>
        setTray(before, { connectionId: ofCommands.heldSessions.nameOf(connectionId) ?? '', tray }, now),
      );
      return result;
    },
  };
};
