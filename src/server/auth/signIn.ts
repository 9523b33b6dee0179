import { unauthenticated } from '../../graphql/context.js';
import type { Directory } from '../../presence/ports/directory.js';
import type { Caller } from '../../service/contract.js';
import type { Auth, Identity, SignInRefusal } from './verifier.js';

export interface SignIn {
  /** Who the token speaks for. Rejects with UNAUTHENTICATED, or UNAVAILABLE where that cannot be told now. */
  verify(token: string | null): Promise<Identity>;
  /**
   * Makes a user known who was not until now. Rejects with UNAUTHENTICATED for one who was deleted. The host's back
   * end is no user, and always known.
   */
  ensure(identity: Identity): Promise<void>;
}

/** Signing in, the same over every transport (docs/semantics.md, "Signing in"). */
export const createSignIn = ({
  auth,
  people,
  onRefused = () => {},
}: {
  readonly auth: Auth;
  readonly people: Pick<Directory, 'ensure'>;
  readonly onRefused?: (reason: SignInRefusal) => void;
}): SignIn => ({
  verify: (token) => auth.verify(token),
  async ensure({ service, userId }) {
    if (service || (await people.ensure(userId))) return;
    onRefused('deleted user');
    throw unauthenticated();
  },
});

/** Who calls, over which connection (null: plain HTTP and SSE). */
export const callerOf = ({ service, userId }: Identity, connectionId: string | null): Caller => ({
  viewer: { kind: service ? 'service' : 'user', userId },
  connectionId,
});
