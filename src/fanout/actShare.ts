import type { Act, ActView } from '../social/socialTypes.js';
import type { Shared } from './delivery.js';
import { Recent } from './recent.js';

/** An act as all who see it are sent it, or as all are for whom it is gone: one object each, so that it is executed once. */
export class ActShare implements Shared<ActView> {
  constructor(
    readonly act: Act,
    /** Whose the object of the act is; null: nobody's. */
    readonly ownerId: string | null,
    readonly gone: boolean,
  ) {}

  get named(): string | null {
    return this.gone ? null : this.act.actorId;
  }

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
  const shares = new Recent<ActShare>();
  return (act, ownerId, gone) => {
    const key = `${gone ? '-' : '+'}${act.id}`;
    const known = shares.get(key);
    if (known && known.ownerId === ownerId && known.act.seq === act.seq) return known;
    const share = new ActShare(act, ownerId, gone);
    shares.put(key, share);
    return share;
  };
};
