import { contentAt, type PresenceContent, type PresenceView } from '../presence/view.js';

/** What a group shows of the record of one revision: one object for all who see it, to be rendered once for all. */
export class Projection {
  constructor(
    readonly userId: string,
    readonly content: PresenceContent,
    readonly asOf: number,
    readonly revision: number,
    /** The end of sight, with nothing else to see. */
    readonly lost = false,
  ) {}

  /** The same told as of `asOf`: without what has ended by then. */
  at(asOf: number): Projection {
    const content = contentAt(this.content, asOf);
    return content === this.content ? this : new Projection(this.userId, content, this.asOf, this.revision, this.lost);
  }
}

/** What is sent: something shown, and the instant at which it was true for this viewer. */
export interface Delivery {
  readonly projection: Projection;
  readonly asOf: number;
}

/** What is told, as a view. */
export const viewOf = ({ projection: { userId, content, lost }, asOf }: Delivery): PresenceView => ({
  userId,
  ...content,
  asOf,
  ...(lost && { lost }),
});
