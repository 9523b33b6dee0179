import { setTimeout as wait } from 'node:timers/promises';

/** Does it again until it is not refused; at once would keep the machine busy with refusals alone. */
export const insist = async (act: () => Promise<unknown>): Promise<unknown> =>
  act().catch(async () => {
    await wait(20);
    return insist(act);
  });
