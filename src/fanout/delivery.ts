import type { Kind, KindTypes } from './kind.js';

/** What is sent to all who see the same: one object for all of them, so that it is executed and serialised once. */
export interface Shared<View extends object = object> {
  /** Whose name and picture may stand in it; null: nobody's. */
  readonly named: string | null;
  viewAt(asOf: number): View;
}

/** What one cohort sees of one state: one object for the whole cohort. */
export class Projection<T extends KindTypes> implements Shared<T['view']> {
  constructor(
    private readonly kind: Kind<T>,
    /** What is watched. */
    readonly key: string,
    readonly content: T['content'],
    readonly asOf: number,
    readonly revision: number,
    /** Visibility was revoked: the last that is sent. */
    readonly revoked = false,
  ) {}

  /** The same at a later instant: without what has expired by `asOf`. This very object where nothing has. */
  at(asOf: number): Projection<T> {
    const content = this.kind.contentAt(this.content, asOf);
    return content === this.content
      ? this
      : new Projection(this.kind, this.key, content, this.asOf, this.revision, this.revoked);
  }

  get named(): string | null {
    return this.revoked ? null : this.kind.named(this.key);
  }

  viewAt(asOf: number): T['view'] {
    return this.kind.viewOf(this.key, this.content, asOf, this.revoked);
  }
}

/** What is sent: something that others see too, and the instant at which it was true for this viewer. */
export interface Delivery<S extends Shared = Shared> {
  readonly projection: S;
  readonly asOf: number;
}

export const viewOf = <View extends object>({ projection, asOf }: Delivery<Shared<View>>): View =>
  projection.viewAt(asOf);
