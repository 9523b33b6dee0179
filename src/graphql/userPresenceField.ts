/** Presence beside a notice, an act or a typist: the field that leads from a user to their presence. */
import type { Builder } from './builder.js';
import type { PresenceRef } from './presenceFields.js';
import type { UserRef } from './userFields.js';

/** Adds `User.presence`, which needs the type `Presence`, which has users. */
export const addUserPresence = (
  builder: Builder,
  { User, Presence }: { readonly User: UserRef; readonly Presence: PresenceRef },
): void => {
  builder.objectField(User, 'presence', (t) =>
    t.field({
      type: Presence,
      nullable: true,
      description:
        'As the caller may see it; null where the caller may not see the user. Beside a notice, an act, a typist.',
      resolve: ({ id, profileHidden }, _, { loaders }) => (profileHidden ? null : loaders.presence.load(id)),
    }),
  );
};
