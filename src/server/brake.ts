import type { WebSocket } from 'ws';

/** Why nothing more is read from a client for now. */
export type BrakeReason = 'unsent' | 'running';

/** Holds a client back, by not reading what it sends, while there is any reason to. */
export interface Brake {
  hold(reason: BrakeReason): void;
  release(reason: BrakeReason): void;
  /** For good: the socket is being closed, and has the answer to its close frame to read. */
  letGo(): void;
}

export const createBrake = (socket: Pick<WebSocket, 'pause' | 'resume'>): Brake => {
  const reasons = new Set<BrakeReason>();
  let isOver = false;
  return {
    hold(reason) {
      if (isOver) return;
      reasons.add(reason);
      socket.pause();
    },
    release(reason) {
      if (reasons.delete(reason) && reasons.size === 0) socket.resume();
    },
    letGo() {
      isOver = true;
      reasons.clear();
      socket.resume();
    },
  };
};
