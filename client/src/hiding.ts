/**
 * A connection makes its user live at once. Who chose to hide while the client was away must not be seen in between: so the
 * client first connects as a watcher, hides the user, and only then connects for the session.
 */
import { HIDE } from './documents.js';
import { errorOfAnswer, isTemporary } from './errors.js';
import type { PresenceStatus } from './types.js';
import { type Operation, openWire, type Wire, type WireOptions } from './wire.js';

/** Hides the user and begins the session as one that is idle: such a start does not end the choice OFFLINE. */
export const hideOperation = (status: PresenceStatus | undefined, sessionId: string): Operation | undefined =>
  status && { query: HIDE, variables: { input: { status, sessionId }, beat: { sessionId, idle: true } } };

export interface HiddenWireOptions extends WireOptions {
  readonly params: Record<string, unknown>;
  /** What hides the user, where the server does not know of that choice. */
  readonly hiding: () => Operation | undefined;
}

/** Opens a connection, after the choice to hide where there is one. Throws as `openWire` does. */
export const openHidden = (options: HiddenWireOptions): Wire => {
  let isHidden = false;
  const connect = (): Wire => {
    let hide: Operation | undefined;
    // A choice that is refused is told so over the connection itself; what may pass fails this attempt to connect.
    const answered = (errors?: readonly unknown[]) => {
      wire.close();
      if (errors && isTemporary(errorOfAnswer(errors))) options.onEnd({ code: undefined, reason: '' });
      else {
        isHidden = true;
        wire = connect();
      }
    };
    return openWire({
      ...options,
      params: () => {
        hide = isHidden ? undefined : options.hiding();
        return { ...options.params, ...(hide && { presence: false }) };
      },
      onReady: () => {
        if (hide) wire.start(hide, { next: ({ errors }) => answered(errors), end: answered });
        else options.onReady();
      },
    });
  };
  let wire = connect();
  return {
    start: (operation, sink) => wire.start(operation, sink),
    close: () => wire.close(),
    abandon: () => wire.abandon(),
  };
};
