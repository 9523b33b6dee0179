/** `@rollcall/client/react`: hooks over a client. On a server they render what is known before anything was received. */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react';
import type {
  ConnectionState,
  Me,
  Presence,
  PresenceClient,
  Privacy,
  Readable,
  SetPresenceInput,
  Typist,
  UpdatePrivacyInput,
} from '../types.js';

const ClientContext = createContext<PresenceClient | null>(null);

const NOBODY: readonly never[] = [];
const IDLE: ConnectionState = { phase: 'idle' };
const nobody = () => NOBODY;
const nothing = () => undefined;
const idle = () => IDLE;

/** Gives the hooks below it their client. It neither starts nor closes it: that is for whoever made it. */
export const PresenceProvider = ({ client, children }: { client: PresenceClient; children?: ReactNode }): ReactNode => (
  <ClientContext.Provider value={client}>{children}</ClientContext.Provider>
);

/** The client of the nearest provider. Throws where there is none. */
export const usePresenceClient = (): PresenceClient => {
  const client = useContext(ClientContext);
  if (!client) throw new Error('There is no <PresenceProvider> around this component.');
  return client;
};

const useReadable = <T,>(readable: Readable<T>, onServer: () => T): T =>
  useSyncExternalStore(readable.subscribe, readable.get, onServer);

/** Undefined while nothing is known of the user, and where the caller may not see them. */
export const usePresence = (userId: string): Presence | undefined => {
  const client = usePresenceClient();
  return useReadable(
    useMemo(() => client.presence(userId), [client, userId]),
    nothing,
  );
};

/** Everybody on the caller's roster, live ones first, then by id. */
export const useRoster = (): readonly Presence[] => useReadable(usePresenceClient().roster, nobody);

/** How the client is connected. */
export const useConnection = (): ConnectionState => useReadable(usePresenceClient().connection, idle);

/**
 * Who else types in a conversation, and how to say that the caller does: `keystroke` for each key, `stop` when the text was
 * sent and when its field loses the focus. A component that goes stops what it began.
 */
export const useTyping = (
  conversationId: string,
): { readonly typists: readonly Typist[]; readonly keystroke: () => void; readonly stop: () => void } => {
  const client = usePresenceClient();
  const typists = useReadable(
    useMemo(() => client.typing(conversationId), [client, conversationId]),
    nobody,
  );
  const hasTyped = useRef(false);
  const keystroke = useCallback(() => {
    hasTyped.current = true;
    client.keystroke(conversationId);
  }, [client, conversationId]);
  const stop = useCallback(() => {
    if (hasTyped.current) client.stopTyping(conversationId);
    hasTyped.current = false;
  }, [client, conversationId]);
  useEffect(() => stop, [stop]);
  return { typists, keystroke, stop };
};

/** The caller, and what the caller does. The functions stay the same as long as the client does. */
export const useMe = (): {
  readonly me: Me | undefined;
  readonly setPresence: (input: SetPresenceInput) => Promise<Presence>;
  readonly updatePrivacy: (input: UpdatePrivacyInput) => Promise<Privacy>;
  readonly signOut: () => Promise<void>;
} => {
  const client = usePresenceClient();
  const me = useReadable(client.me, nothing);
  const { setPresence, updatePrivacy, signOut } = client;
  return { me, setPresence, updatePrivacy, signOut };
};
