/**
 * What the host tells and takes back (docs/design.md#social). The cost of a call is that of its acts and of the recipients that they
 * name, whatever the number of followers.
 */
import { checkIds } from '../presence/validate.js';
import type { ActStore } from '../social/ports/acts.js';
import { checkActs } from '../social/socialValidate.js';
import { requireService } from './callerUser.js';
import type { TellService } from './socialContract.js';

export const createTellService = ({ acts: store }: { readonly acts: ActStore }): TellService => ({
  async tell(viewer, acts) {
    requireService(viewer);
    const checked = checkActs(acts);
    return checked.length === 0 ? 0 : store.tell(checked);
  },

  async retract(viewer, actIds) {
    requireService(viewer);
    const checked = checkIds(actIds, 'actIds');
    return checked.length === 0 ? 0 : store.retract(checked);
  },
});
