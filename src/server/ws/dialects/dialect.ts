/** What is spoken on a socket of a dialect (docs/doors.md#sockets-of-the-dialects): words alone, purely. */
import type { PresenceView } from '../../../presence/view.js';
import type { TypingView } from '../../../service/contract.js';

export interface Dialect {
  /** The first message: all whom the viewer sees when the socket opens. Null: the dialect has none, and they are updates. */
  readonly initial: ((views: readonly PresenceView[]) => object) | null;
  /** One user, as the viewer sees them from now on. */
  presence(view: PresenceView): object;
  /** One user starts or stops typing, which the node sends at `now`, in ms since 1970. Null: the dialect has no word for it. */
  typing(view: TypingView, now: number): object | null;
  /** What answers a message of the client, of any type; null: it is none of the dialect. */
  answer(message: unknown): object | null;
  /** What a client may send, for the reason of the close frame. */
  readonly expected: string;
  /** Whether messages of the dialect alone are signs of life: the answers of a network library to pings are not. */
  readonly heartbeats: boolean;
}
