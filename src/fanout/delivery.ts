import { contentAt, type PresenceContent, type PresenceView } from '../presence/view.js';

/** What one cohort sees of the record of one revision: one object for the whole cohort, so that it is rendered once. */
export class Projection {
  constructor(
    readonly userId: string,
    readonly content: PresenceContent,
    readonly asOf: number,
    readonly revision: number,
    /** Visibility was revoked: OFFLINE, and nothing else. */
    readonly revoked = false,
  ) {}

  /** The same at a later instant: without what has expired by `asOf`. This very object where nothing has. */
  at(asOf: number): Projection {
    const content = contentAt(this.content, asOf);
    return content === this.content
      ? this
      : new Projection(this.userId, content, this.asOf, this.revision, this.revoked);
  }
}

/** What is sent: a projection, and the instant at which it was true for this viewer. */
export interface Delivery {
  readonly projection: Projection;
  readonly asOf: number;
}

export const viewOf = ({ projection: { userId, content, revoked }, asOf }: Delivery): PresenceView => ({
  userId,
  ...content,
  asOf,
  ...(revoked && { revoked: true }),
});
