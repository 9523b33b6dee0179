/** The messages between nodes about what happens around people. Each is a whole state, or a request to read. */
import type { Unsubscribe } from '../../presence/ports/bus.js';
import type { ConversationUse } from '../../presence/visibility.js';
import type { Act, Counts, MuteTarget } from '../socialTypes.js';

/** One change of the social log. Received twice, the second has no further effect. */
export type SocialChange = {
  /** Its id in the social log. */
  readonly logId?: string;
} & (
  | {
      readonly kind: 'act';
      readonly act: Act;
      readonly gone: boolean;
      /** It is gone with its object, a conversation that was deleted: that change tells those who could see it. */
      readonly withObject?: true;
      /**
       * Where it was taken back, and has an object: who might use that at this moment; null: it was no conversation. Left out by who
       * does not know.
       */
      readonly use?: ConversationUse | null;
    }
  /** A tray moved to that revision. */
  | { readonly kind: 'tray'; readonly userId: string; readonly revision: number }
  /** A user muted or unmuted something. */
  | { readonly kind: 'mute'; readonly userId: string; readonly target: MuteTarget; readonly muted: boolean }
  | { readonly kind: 'counts'; readonly counts: Counts }
);

/**
 * Subscribing resolves when it is acknowledged: what is published from then on is delivered, unless the bus reports a gap
 * (`Bus.onGap`). Listeners are called synchronously and must not throw. Each adapter passes `test/contract/bus.ts`.
 */
export interface SocialBus {
  /** Acts of one actor, told or taken back. */
  subscribeActs(
    actorId: string,
    listener: (change: SocialChange & { readonly kind: 'act' }) => void,
  ): Promise<Unsubscribe>;
  /** The tray of one user, and what the user mutes. */
  subscribeTray(
    userId: string,
    listener: (change: SocialChange & { readonly kind: 'tray' | 'mute' }) => void,
  ): Promise<Unsubscribe>;
  subscribeCounts(objectId: string, listener: (counts: Counts) => void): Promise<Unsubscribe>;
  publishSocial(change: SocialChange): Promise<void>;
  /** Delivers a change to this node's listeners alone: one that was read from the social log. */
  deliverSocial(change: SocialChange): void;
}
