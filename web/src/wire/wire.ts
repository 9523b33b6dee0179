import { createStore, type Store } from '../parts/store.js';
import { createFrameReader, type Direction, type Frame } from './frame.js';

/** Older frames are dropped. */
const MAX_FRAMES = 200;
/** Frames are shown together at most so often, in milliseconds: a burst is one redraw. */
const SHOWN_EVERY_MS = 100;
/** A code of the application's own range, upon which the client connects again. */
const CUT_CODE = 4_499;

/** The cable of one pane: what goes over it, and a way to pull it out. */
export interface Wire {
  /** The WebSocket of this pane, for the client's `webSocketImpl`. */
  readonly WebSocket: typeof WebSocket;
  /** The latest frames, oldest first. */
  readonly frames: Store<readonly Frame[]>;
  readonly isCut: Store<boolean>;
  /** Closes the connection, and each that is tried until `restore`. */
  cut(): void;
  restore(): void;
  clear(): void;
}

export const createWire = (): Wire => {
  const frames = createStore<readonly Frame[]>([]);
  const isCut = createStore(false);
  const open = new Set<WebSocket>();
  const read = createFrameReader();
  /** Numbered apart from the frames, downwards. */
  let notes = 0;
  let pending: Frame[] = [];

  const show = () => {
    const all = [...frames.get(), ...pending];
    pending = [];
    frames.set(all.slice(-MAX_FRAMES));
  };
  const add = (frame: Frame) => {
    if (pending.length === 0) setTimeout(show, SHOWN_EVERY_MS);
    pending.push(frame);
    if (pending.length > MAX_FRAMES) pending.shift();
  };
  const log = (direction: Direction, data: string) => add(read(Date.now(), direction, data));
  const note = (type: string, summary: string) =>
    add({ id: --notes, at: Date.now(), direction: 'received', type, summary, text: summary });

  class LoggedWebSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      open.add(this);
      this.addEventListener('open', () => note('open', 'the socket is open'));
      this.addEventListener('message', ({ data }) => log('received', String(data)));
      this.addEventListener('close', ({ code, reason }) => {
        open.delete(this);
        note('close', `${code} ${reason}`.trim());
      });
      if (isCut.get()) this.close();
    }
    override send(data: string): void {
      log('sent', data);
      super.send(data);
    }
  }

  return {
    WebSocket: LoggedWebSocket,
    frames,
    isCut,
    cut() {
      isCut.set(true);
      for (const socket of open) socket.close(CUT_CODE, 'Cut by hand');
    },
    restore: () => isCut.set(false),
    clear() {
      pending = [];
      frames.set([]);
    },
  };
};
