/** The parts of a presence, as output and input: status, message, activities, devices. */
import type { ActivityInput, StatusMessage } from '../presence/types.js';
import type { PresenceView } from '../presence/view.js';
import type { Builder } from './builder.js';

const addEnums = (builder: Builder) => {
  const PresenceStatus = builder.enumType('PresenceStatus', {
    values: {
      ONLINE: { description: 'At least one live session is active.' },
      AWAY: { description: 'Live, but idle on every device, or set by hand.' },
      DO_NOT_DISTURB: { description: 'Live, and not to be disturbed; set by hand. Idleness does not change it.' },
      INVISIBLE: {
        description: 'Set by hand: live, but everybody else sees OFFLINE. Only its owner ever reads this value.',
      },
      OFFLINE: { description: 'No live session; or set by hand: offline at once, until the next session starts.' },
    } as const,
  });
  const ActivityType = builder.enumType('ActivityType', {
    values: {
      PLAYING: {},
      STREAMING: {},
      LISTENING: {},
      WATCHING: {},
      IN_STUDIO: { description: 'At work in a digital audio workstation; `name` is the DAW.' },
      IN_CALL: {},
      CUSTOM: {},
    } as const,
  });
  const DeviceType = builder.enumType('DeviceType', {
    values: {
      WEB: {},
      MOBILE: {},
      DESKTOP: {},
      PLUGIN: { description: 'A plugin hosted by another program, such as a DAW.' },
      UNKNOWN: {},
    } as const,
  });
  return { PresenceStatus, ActivityType, DeviceType };
};

/** Adds the types of a presence's parts and returns them for other types to refer to. */
export const addContentTypes = (builder: Builder) => {
  const { PresenceStatus, ActivityType, DeviceType } = addEnums(builder);

  const ActivityRef = builder.objectRef<PresenceView['activities'][number]>('Activity').implement({
    fields: (t) => ({
      type: t.expose('type', { type: ActivityType }),
      name: t.exposeString('name', { description: 'What it is: a game, a track, a DAW. 1 to 128 characters.' }),
      details: t.exposeString('details', {
        nullable: true,
        description: 'One more line: a level, an artist, a project. At most 128 characters.',
      }),
      startedAt: t.expose('startedAt', { type: 'DateTime' }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the server clears it by itself.',
      }),
    }),
  });

  const StatusMessageRef = builder.objectRef<StatusMessage>('StatusMessage').implement({
    fields: (t) => ({
      text: t.exposeString('text', { description: 'At most 255 characters.' }),
      emoji: t.exposeString('emoji', { nullable: true, description: 'At most 64 bytes in UTF-8.' }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the server clears it by itself.',
      }),
    }),
  });

  const StatusMessageInput = builder.inputType('StatusMessageInput', {
    fields: (t) => ({
      text: t.string({ required: true, description: 'At most 255 characters; empty for an emoji alone.' }),
      emoji: t.string({ description: '1 to 64 bytes in UTF-8.' }),
      expiresAt: t.field({ type: 'DateTime', description: 'In the future, at most 30 days ahead.' }),
    }),
  });

  const ActivityInputRef = builder.inputType('ActivityInput', {
    fields: (t) => ({
      type: t.field({ type: ActivityType, required: true }),
      name: t.string({ required: true, description: '1 to 128 characters.' }),
      details: t.string({ description: 'At most 128 characters.' }),
      startedAt: t.field({
        type: 'DateTime',
        description: 'Now, when left out. In the past; up to a minute ahead is taken for now.',
      }),
      expiresAt: t.field({ type: 'DateTime', description: 'In the future, and after `startedAt`.' }),
    }),
  });

  return {
    PresenceStatus,
    DeviceType,
    Activity: ActivityRef,
    StatusMessage: StatusMessageRef,
    StatusMessageInput,
    ActivityInput: ActivityInputRef,
  };
};

export type ContentTypes = ReturnType<typeof addContentTypes>;

/** `T` as graphql-js passes it: a nullable field may also be left out, which the domain writes as null. */
type FromInput<T> = { readonly [K in keyof T as null extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as null extends T[K] ? K : never]?: T[K] | undefined;
};

export const toStatusMessage = ({ text, emoji, expiresAt }: FromInput<StatusMessage>): StatusMessage => ({
  text,
  emoji: emoji ?? null,
  expiresAt: expiresAt ?? null,
});

export const toActivities = (inputs: readonly FromInput<ActivityInput>[]): readonly ActivityInput[] =>
  inputs.map(({ type, name, details, startedAt, expiresAt }) => ({
    type,
    name,
    details: details ?? null,
    startedAt: startedAt ?? null,
    expiresAt: expiresAt ?? null,
  }));
