import { expect, it, vi } from 'vitest';
import { createLostNodeSweep } from '../../src/node/lostNodes.js';
import { unavailable } from '../../src/presence/errors.js';
import { timings } from '../support/unit/builders.js';

it('changes its own users again at the next look where the store did not answer of them', async () => {
  const onNode = new Set(['ana', 'bo']);
  let isAway = true;
  const onError = vi.fn();
  const sweep = createLostNodeSweep({
    store: {
      lostNodes: async () => (onNode.size > 0 ? [{ incarnation: 'third.1', aliveAt: 0 }] : []),
      usersOn: async () => [...onNode],
      // Nobody is left to this node at the second look.
      isFirstFor: (_, turn = 0) => turn === 0,
      dismiss: async () => onNode.size === 0,
    },
    records: {
      async update(userId: string) {
        if (userId === 'bo' && isAway) throw unavailable('It does not answer.');
        onNode.delete(userId);
      },
    } as unknown as Parameters<typeof createLostNodeSweep>[0]['records'],
    timings: timings(),
    onTransition: () => {},
    onError,
  });
  await sweep();
  expect([...onNode]).toEqual(['bo']);
  expect(onError).toHaveBeenCalledOnce();
  isAway = false;
  await sweep();
  expect([...onNode]).toEqual([]);
});
