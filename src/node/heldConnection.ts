/**
 * A connection that holds a session, and its states:
 *
 * | state           | meaning                                                | next, and by what                                    |
 * |-----------------|--------------------------------------------------------|------------------------------------------------------|
 * | `opening`       | its first commit is under way                          | `registered`: the commit succeeded                   |
 * | `registered`    | the store has it under `name`                          | `restoring`: a command or reconciliation misses it   |
 * | `awaiting pong` | the node took a new incarnation and pinged the socket  | `restoring`: it answered; or the store lost it, and  |
 * |                 |                                                        | it stayed silent                                     |
 * | `restoring`     | it waits to be written back, or is; again after outages | `registered`: the store has it under its new name    |
 *
 * From every state a new incarnation leads to `awaiting pong`. The states end when the connection closes, when its session is
 * ended on purpose, or when reconciliation finds that the store rightly lacks it. See docs/architecture.md#recovery.
 */
/** A connection of this node that holds a session. */
export interface Held {
  /** The node's own name for the connection, the same under every incarnation. */
  readonly local: string;
  readonly userId: string;
  readonly sessionId: string;
  /** Its name in the store: `INCARNATION/local`. */
  name: string;
  state: 'opening' | 'registered' | 'awaiting pong' | 'restoring';
  /** The store lost it, or may have, in a recovery that waits for its restore. */
  lostByStore: boolean;
  /**
   * The end of the grace that its session had when it took it, by the store's clock; null where it had none, and once it closed after
   * something came over it.
   */
  graceBefore: number | null;
  /** Once it closed: how much longer than the grace its client may take to come back, in ms. */
  returnsWithinMs: number;
}
