/** What a socket is sent of a subscription that viewers share. */
import type { SharedResults } from '../../../src/server/execution/engine.js';
import { Running } from '../../../src/server/ws/running.js';

/** Sends the results to a socket that takes so many, then no more until it is drained. */
export const openSharedSocket = (shared: SharedResults, room = Number.POSITIVE_INFINITY) => {
  const sent: string[] = [];
  let limit = room;
  let drained = () => {};
  const running = new Running({ settle: () => {} });
  running.share(shared, {
    id: 'w',
    outbound: {
      push(frame, pusher) {
        sent.push(Buffer.from(frame, 'latin1').toString());
        drained = () => pusher.drained();
        return sent.length < limit;
      },
    },
    frame: (_, result) => result,
  });
  return {
    sent,
    /** The socket takes so many more. */
    drain(more: number) {
      limit = sent.length + more;
      drained();
    },
    end: () => running.return(),
  };
};
