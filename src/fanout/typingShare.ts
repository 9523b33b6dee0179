import type { TypingView } from '../service/contract.js';
import type { Shared } from './delivery.js';
import { Recent } from './recent.js';

/** That a user types, or has stopped, as all are sent it who see it: one object, so that it is executed once. */
export class TypingShare implements Shared<TypingView> {
  constructor(private readonly view: TypingView) {}

  get named(): string | null {
    return this.view.revoked ? null : this.view.userId;
  }

  /** It has no instant of its own. */
  viewAt(): TypingView {
    return this.view;
  }

  shows({ isTyping, expiresAt }: TypingView): boolean {
    return this.view.isTyping === isTyping && this.view.expiresAt === expiresAt;
  }
}

export type TypingShareOf = (view: TypingView) => TypingShare;

/** The share of a view, the same object for all subscriptions that send it at about the same time. */
export const createTypingShares = (): TypingShareOf => {
  const shares = new Recent<TypingShare>();
  return (view) => {
    const key = `${view.revoked ? '-' : '+'}${view.conversationId}\n${view.userId}`;
    const known = shares.get(key);
    if (known?.shows(view)) return known;
    const share = new TypingShare(view);
    shares.put(key, share);
    return share;
  };
};
