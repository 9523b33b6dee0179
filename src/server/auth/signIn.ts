import { unauthenticated } from '../../graphql/context.js';
import type { Directory } from '../../presence/ports/directory.js';
import type { Caller } from '../../service/contract.js';
import type { SignInRefusal } from './signInRefusals.js';
import type { Auth, Identity } from './verifier.js';

export interface SignIn {
  /** The identity of a token. Rejects with UNAUTHENTICATED, or UNAVAILABLE where it cannot be verified now. */
  verify(token: string | null): Promise<Identity>;
  /**
   * Creates the user where it does not exist yet. Rejects with UNAUTHENTICATED for a deleted user. The host's back end is
   * no user, and needs nothing.
   */
  ensure(identity: Identity): Promise<void>;
}

/** Signing in, the same over every transport (docs/semantics.md, "Signing in"). `onRefused` receives the reason. */
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

/** The caller of an operation; `connectionId` is null over plain HTTP and SSE. */
export const callerOf = ({ service, userId }: Identity, connectionId: string | null): Caller => ({
  viewer: { kind: service ? 'service' : 'user', userId },
  connectionId,
});
