/** Which acts a tray shows to its owner. Policy: SQL gives the facts, and where it decides itself a test compares the two. */

/** What stands between a recipient and an act in their tray. */
export interface NoticeSightFacts {
  /** The recipient blocks the actor, or is blocked by them. */
  readonly blocked: boolean;
  /** The recipient muted the actor. */
  readonly actorMuted: boolean;
  /** The recipient muted the act's object. */
  readonly objectMuted: boolean;
}

/** Whether the act is kept out of the recipient's sight, until nothing of it holds any more. */
export const isHiddenFromTray = ({ blocked, actorMuted, objectMuted }: NoticeSightFacts): boolean =>
  blocked || actorMuted || objectMuted;
