import { useConnection, usePresenceClient } from '@rollcall/client/react';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';

/** Whom the pane's user follows and has blocked. */
interface Lists {
  readonly following: ReadonlySet<string>;
  readonly blocked: ReadonlySet<string>;
}

export type RelationChange = 'follow' | 'unfollow' | 'block' | 'unblock';

export interface Relations extends Lists {
  /** Rejects with the server's error. */
  change(change: RelationChange, userId: string): Promise<void>;
}

interface Answer {
  readonly following: Edges;
  readonly blocked: Edges;
}
interface Edges {
  readonly edges: readonly { readonly node: { readonly id: string } }[];
}

const QUERY = `query Relations {
  following(first: 100) { edges { node { id } } }
  blocked(first: 100) { edges { node { id } } }
}`;

const idsIn = ({ edges }: Edges): ReadonlySet<string> => new Set(edges.map(({ node }) => node.id));

const Context = createContext<Relations | null>(null);

/** Reads both lists with each connection, and again after each change. */
export const RelationsProvider = ({ children }: { readonly children: ReactNode }) => {
  const client = usePresenceClient();
  const { phase } = useConnection();
  const [lists, setLists] = useState<Lists>({ following: new Set(), blocked: new Set() });

  const read = useCallback(async () => {
    const { following, blocked } = await client.request<Answer>(QUERY);
    setLists({ following: idsIn(following), blocked: idsIn(blocked) });
  }, [client]);

  useEffect(() => {
    // What fails here is read with the next connection.
    if (phase === 'online') read().catch(() => {});
  }, [phase, read]);

  const relations = useMemo(
    () => ({
      ...lists,
      async change(change: RelationChange, userId: string) {
        await client[change](userId);
        await read();
      },
    }),
    [client, lists, read],
  );
  return <Context value={relations}>{children}</Context>;
};

export const useRelations = (): Relations => {
  const relations = useContext(Context);
  if (!relations) throw new Error('useRelations is for components inside of a RelationsProvider.');
  return relations;
};
