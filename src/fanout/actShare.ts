import type { Act, ActView } from '../social/socialTypes.js';
import type { Shared } from './delivery.js';

/** Acts whose shares are kept: those that are being sent. */
const MAX_SHARES = 1_000;

/** An act as all who see it are sent it, or as all are for whom it is gone: one object each, so that it is executed once. */
export class ActShare implements Shared<ActView> {
  constructor(
    readonly act: Act,
    /** Whose the object of the act is; null: nobody's. */
    readonly ownerId: string | null,
    readonly gone: boolean,
  ) {}

  /** An act has no instant of its own: what is told is told. */
  viewAt(): ActView {
    return { act: this.gone ? nothingOf(this.act) : this.act, gone: this.gone };
  }
}

/** Of what is gone nothing is sent but its id. */
const nothingOf = ({ id, audience, seq }: Act): Act => ({
  id,
  verb: '',
  actorId: '',
  objectId: null,
  objectType: null,
  text: null,
  data: null,
  audience,
  at: 0,
  seq,
});

export type ShareOf = (act: Act, ownerId: string | null, gone: boolean) => ActShare;

/** The share of an act, the same object for all subscriptions that ask for it at about the same time. */
export const createActShares = (): ShareOf => {
  const shares = new Map<string, ActShare>();
  return (act, ownerId, gone) => {
    const key = `${gone ? '-' : '+'}${act.id}`;
    const known = shares.get(key);
    if (known && known.ownerId === ownerId && known.act.seq === act.seq) return known;
    const share = new ActShare(act, ownerId, gone);
    shares.delete(key);
    shares.set(key, share);
    if (shares.size > MAX_SHARES)
      for (const oldest of [...shares.keys()].slice(0, MAX_SHARES / 2)) shares.delete(oldest);
    return share;
  };
};
