import { createPresenceClient, type DeviceType, type PresenceClient } from '@rollcall/client';
import type { Demo } from '../demo/demo.js';
import { createStore, type Store } from '../parts/store.js';
import { createWire, type Wire } from '../wire/wire.js';
import { loadPanes, MAX_PANES, newPaneSpec, type PaneSpec, savePanes } from './paneSpec.js';

/** One person on one device, with a connection of its own. */
export interface Pane extends PaneSpec {
  readonly client: PresenceClient;
  readonly wire: Wire;
}

export interface Panes {
  readonly list: Store<readonly Pane[]>;
  /** The pane that a narrow window shows, and that screen readers hear of. */
  readonly currentId: Store<string>;
  /** Adds a pane and makes it the current one. Does nothing beyond {@link MAX_PANES}. */
  add(userId: string, device: DeviceType): void;
  /** Closes a pane as one closes a tab: its session goes on until its grace is over. */
  remove(id: string): void;
  openTab(id: string, tab: string): void;
  /** A new session in the place of one that was signed out. */
  signInAgain(id: string): void;
}

export const createPanes = (demo: Demo): Panes => {
  const connect = (spec: PaneSpec): Pane => {
    const wire = createWire();
    const client = createPresenceClient({
      url: '/graphql',
      token: () => demo.tokenOf(spec.userId),
      device: spec.device,
      sessionId: spec.sessionId,
      webSocketImpl: wire.WebSocket,
    });
    return { ...spec, client, wire };
  };

  const known = (spec: PaneSpec) => demo.people.some(({ id }) => id === spec.userId);
  const first = demo.people.slice(0, 2).map(({ id }) => newPaneSpec(id, 'WEB'));
  const list = createStore<readonly Pane[]>((loadPanes() ?? first).filter(known).map(connect));
  const currentId = createStore(list.get()[0]?.id ?? '');

  const show = (panes: readonly Pane[]) => {
    list.set(panes);
    savePanes(panes.map(({ client: _client, wire: _wire, ...spec }) => spec));
    if (!panes.some(({ id }) => id === currentId.get())) currentId.set(panes[0]?.id ?? '');
  };
  show(list.get());

  return {
    list,
    currentId,
    add(userId, device) {
      if (list.get().length >= MAX_PANES) return;
      const pane = connect(newPaneSpec(userId, device));
      show([...list.get(), pane]);
      currentId.set(pane.id);
    },
    remove(id) {
      list
        .get()
        .find((pane) => pane.id === id)
        ?.client.close();
      show(list.get().filter((pane) => pane.id !== id));
    },
    openTab(id, tab) {
      show(list.get().map((pane) => (pane.id === id ? { ...pane, tab } : pane)));
    },
    signInAgain(id) {
      const renewed = (pane: Pane) => connect({ ...pane, sessionId: crypto.randomUUID() });
      show(list.get().map((pane) => (pane.id === id ? renewed(pane) : pane)));
    },
  };
};
