/** `@rollcall/client`: the client of a Rollcall server. */
export { createPresenceClient } from './client.js';
export type { PresenceError } from './errors.js';
export type { PageEvent, PageEvents } from './page.js';
export type {
  Activity,
  ActivityInput,
  ActivityType,
  Audience,
  ConnectionState,
  DeviceType,
  Me,
  Phase,
  Presence,
  PresenceClient,
  PresenceClientOptions,
  PresenceStatus,
  Privacy,
  Readable,
  Session,
  SessionStorage,
  SetPresenceInput,
  StatusMessage,
  StatusMessageInput,
  TypedDocument,
  Typist,
  UpdatePrivacyInput,
  User,
} from './types.js';
