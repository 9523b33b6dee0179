/** Counts of the host's objects: likes, comments, reposts. */
import type { Count as CountShape, Counts as CountsShape } from '../social/socialTypes.js';
import type { Builder } from './builder.js';
import { callerOf } from './context.js';

const addCountTypes = (builder: Builder) => {
  const Count = builder.objectRef<CountShape>('Count').implement({
    fields: (t) => ({ name: t.exposeString('name'), value: t.exposeInt('value') }),
  });
  return builder.objectRef<CountsShape>('Counts').implement({
    description: 'What the host counts of one object. `asOf` orders two answers, as in `Presence`.',
    fields: (t) => ({
      id: t.exposeID('objectId', {
        description: "The object's id, under the name that normalising caches look for.",
      }),
      objectId: t.exposeID('objectId'),
      all: t.field({ type: [Count], resolve: ({ all }) => all }),
      count: t.int({
        nullable: true,
        description: 'One of them; null where the host never put it, or not for long (see `putCounts`).',
        args: { name: t.arg.string({ required: true }) },
        resolve: ({ all }, { name }) => all.find((count) => count.name === name)?.value ?? null,
      }),
      asOf: t.expose('asOf', { type: 'DateTime' }),
    }),
  });
};

export const addCounts = (builder: Builder): void => {
  const Counts = addCountTypes(builder);
  const CountInput = builder.inputType('CountInput', {
    fields: (t) => ({
      name: t.string({
        required: true,
        description: 'likes, comments, reposts, or a word of the host: 1 to 128 characters. An object has at most 10.',
      }),
      value: t.int({ required: true, description: 'How many there are now. A whole number of 32 bits.' }),
    }),
  });
  const CountsInput = builder.inputType('CountsInput', {
    fields: (t) => ({
      objectId: t.id({ required: true }),
      counts: t.field({
        type: [CountInput],
        required: true,
        description: 'Each name once. Names that are left out stay as they are.',
      }),
      version: t.string({
        required: true,
        description:
          "Grows with every change of this object's counts in the host's database: a row version, `updated_at` in milliseconds. Decimal digits, at most 9223372036854775807.",
      }),
    }),
  });

  builder.queryField('counts', (t) =>
    t.field({
      type: [Counts],
      description: `In the order given, without those that the caller may not see; of what was not put, or not for long (see
\`putCounts\`), with no counts. At most 200.
Errors: BAD_USER_INPUT beyond 200 ids; RATE_LIMITED.`,
      args: { objectIds: t.arg.idList({ required: true }) },
      resolve: (_, { objectIds }, ctx) => ctx.social.counts(callerOf(ctx).viewer, objectIds),
    }),
  );

  builder.mutationField('putCounts', (t) =>
    t.int({
      description: `Sets counts, unless they were set with a later version. At most 1,000. Returns how many moved.
Counts of an object of which none changed for 90 days are removed: put them again, with whatever version.
Errors: FORBIDDEN unless the token has the scope \`service\`; BAD_USER_INPUT beyond 1,000 objects and 10 counts an object,
and for a name or version that is malformed: then nothing is set.`,
      args: { counts: t.arg({ type: [CountsInput], required: true }) },
      resolve: (_, { counts }, ctx) => ctx.social.putCounts(callerOf(ctx).viewer, counts),
    }),
  );

  builder.subscriptionField('countsChanged', (t) =>
    t.field({
      type: Counts,
      description: `Counts as they change; begins with the present ones. At most 200 objects, 1,000 a connection.
Errors: BAD_USER_INPUT beyond these, and beyond 50 subscriptions a connection; RATE_LIMITED.`,
      args: { objectIds: t.arg.idList({ required: true }) },
      subscribe: (_, { objectIds }, ctx) =>
        ctx.hub.watchCounts(callerOf(ctx).viewer, { objectIds, budget: ctx.budget }),
      resolve: (counts) => counts,
    }),
  );
};
