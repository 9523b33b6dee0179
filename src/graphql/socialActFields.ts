/** Acts: what the host tells and takes back, and pages of them. */

import type { CursorPage } from '../service/socialContract.js';
import type { ActView } from '../social/socialTypes.js';
import type { Builder } from './builder.js';
import { callerOf } from './context.js';
import type { PageInfoRef } from './pageInfo.js';
import type { PrivacyTypes } from './privacyFields.js';
import type { UserRef, UserShape } from './userFields.js';

/** The user of an act or notice that is gone: nobody, so that no cache takes it for somebody whose name was cleared. */
export const NOBODY: UserShape = Object.freeze({ id: '', profileHidden: true });
/** The instant of what is gone: a DateTime is never null here. */
export const NO_INSTANT = 0;

/** Adds the types `Act` and `ActConnection`. */
export const addActTypes = (
  builder: Builder,
  { User, PageInfo }: { readonly User: UserRef; readonly PageInfo: PageInfoRef },
) => {
  const Act = builder.objectRef<ActView>('Act').implement({
    description: 'Something that somebody did: ada likes post 42. Told by the host, who owns what it was done to.',
    fields: (t) => ({
      id: t.id({
        description: "The host's. What is told twice under one id happened once.",
        resolve: ({ act }) => act.id,
      }),
      verb: t.string({
        description: "like, comment, follow, repost, post, or the host's own: 1 to 32 of a–z, 0–9, _.",
        resolve: ({ act, gone }) => (gone ? '' : act.verb),
      }),
      actor: t.field({
        type: User,
        resolve: ({ act, gone }) => (gone ? NOBODY : { id: act.actorId, profileHidden: false }),
      }),
      objectId: t.id({ nullable: true, resolve: ({ act, gone }) => (gone ? null : act.objectId) }),
      objectType: t.string({ nullable: true, resolve: ({ act, gone }) => (gone ? null : act.objectType) }),
      text: t.string({
        nullable: true,
        description: "What to show of it: a comment's words, an emoji. At most 500 characters.",
        resolve: ({ act, gone }) => (gone ? null : act.text),
      }),
      data: t.string({
        nullable: true,
        description: "For the host's own front ends, as the host gave it. At most 2 KiB.",
        resolve: ({ act, gone }) => (gone ? null : act.data),
      }),
      at: t.field({ type: 'DateTime', resolve: ({ act, gone }) => (gone ? NO_INSTANT : act.at) }),
      gone: t.exposeBoolean('gone', {
        description:
          "Taken back, or out of the caller's sight: everything else is null or empty. The last that is sent of it.",
      }),
    }),
  });
  const ActEdge = builder.objectRef<CursorPage<ActView>['items'][number]>('ActEdge').implement({
    fields: (t) => ({ cursor: t.exposeString('cursor'), node: t.expose('node', { type: Act }) }),
  });
  const ActConnection = builder.objectRef<CursorPage<ActView>>('ActConnection').implement({
    fields: (t) => ({
      edges: t.field({ type: [ActEdge], resolve: ({ items }) => items }),
      pageInfo: t.field({ type: PageInfo, resolve: (page) => page }),
    }),
  });
  return { Act, ActConnection };
};

export type ActTypes = ReturnType<typeof addActTypes>;

const forTheHost = 'Errors: FORBIDDEN unless the token has the scope `service`; BAD_USER_INPUT';

/** What the host's back end says of acts. */
export const addActMutations = (builder: Builder, { Audience }: Pick<PrivacyTypes, 'Audience'>): void => {
  const ActInput = builder.inputType('ActInput', {
    fields: (t) => ({
      id: t.id({
        required: true,
        description:
          "Of the event in the host's database, such as like:42:ada. What is told twice under one id happened once. 1 to 128 characters, as all ids.",
      }),
      verb: t.string({
        required: true,
        description: "like, comment, follow, repost, post, or the host's own: 1 to 32 of a–z, 0–9, _.",
      }),
      actorId: t.id({ required: true, description: 'Who did it. Acts of deleted users are not told.' }),
      objectId: t.id({
        description:
          'To what. Where it is a conversation, the act is in timelines of those alone who may use it. Left out: to nothing that has an id.',
      }),
      objectType: t.string({
        description: 'What kind of thing that is, in the words of the host: post, track. 1 to 128 characters.',
      }),
      text: t.string({
        description:
          "What to show of it: a comment's words, an emoji. At most 500 characters; line breaks and tabs are allowed, other control characters are not.",
      }),
      data: t.string({
        description: "For the host's own front ends, given back as it is. At most 2 KiB in UTF-8.",
      }),
      at: t.field({
        type: 'DateTime',
        description: 'When it happened. It is shown, and orders nothing: the order is that of telling. Left out: now.',
      }),
      notify: t.idList({
        description:
          "Whose trays it comes into, whether or not they may use the object: name nobody who may not see it. Never the actor's own. At most 1,000.",
      }),
      group: t.id({
        description: "One notice a group while it is unread. Left out: verb and object. The act's id: never grouped.",
      }),
      audience: t.field({
        type: Audience,
        required: true,
        defaultValue: 'FOLLOWERS',
        description:
          "Who of the actor's followers find it in their timeline; NOBODY: none. Never wider than who may see the object.",
      }),
    }),
  });

  builder.mutationFields((t) => ({
    tell: t.int({
      description: `Tells what happened. What was told before changes nothing. At most 1,000. Returns how many were new or came back
after \`retract\`, also of those that nobody sees, as about a conversation that was deleted. Calls about one act go one after the
other: a \`tell\` that comes late, after its \`retract\`, brings the act back.
${forTheHost} beyond 1,000 acts or 10,000 recipients, and for what is too long or malformed: then nothing is told.`,
      args: { acts: t.arg({ type: [ActInput], required: true }) },
      resolve: (_, { acts }, ctx) => ctx.social.tell(callerOf(ctx).viewer, acts),
    }),
    retract: t.int({
      description: `Takes acts back, wherever they show. Told again, they are back in their place, and notify nobody twice. Returns how many were there.
${forTheHost} beyond 1,000 ids.`,
      args: { actIds: t.arg.idList({ required: true }) },
      resolve: (_, { actIds }, ctx) => ctx.social.retract(callerOf(ctx).viewer, actIds),
    }),
  }));
};
