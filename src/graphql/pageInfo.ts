import type { Builder } from './builder.js';

/** A page of any list. */
export interface AnyPage {
  readonly items: readonly { readonly cursor: string }[];
  /** Left out: the last item's. */
  readonly endCursor?: string | null;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** Adds the type `PageInfo`. */
export const addPageInfo = (builder: Builder) =>
  builder.objectRef<AnyPage>('PageInfo').implement({
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage'),
      hasPreviousPage: t.exposeBoolean('hasPreviousPage'),
      startCursor: t.string({ nullable: true, resolve: ({ items }) => items[0]?.cursor ?? null }),
      endCursor: t.string({
        nullable: true,
        resolve: ({ items, endCursor }) => endCursor ?? items.at(-1)?.cursor ?? null,
      }),
    }),
  });

export type PageInfoRef = ReturnType<typeof addPageInfo>;
