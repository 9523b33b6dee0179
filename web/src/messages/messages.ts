import { createStore } from '../parts/store.js';

/**
 * A message of the lobby. Rollcall carries no messages: it says who is here and who types. These stay in this page, where
 * all its panes read them, and are gone with it.
 */
export interface Message {
  readonly id: number;
  readonly userId: string;
  readonly name: string;
  readonly text: string;
  /** In milliseconds since 1970. */
  readonly at: number;
}

const MAX_MESSAGES = 200;
export const MAX_MESSAGE_CHARACTERS = 500;

export const messages = createStore<readonly Message[]>([]);

let count = 0;
/** Adds a message; an empty one is none. */
export const sendMessage = ({ userId, name, text }: Pick<Message, 'userId' | 'name' | 'text'>): void => {
  const trimmed = text.trim().slice(0, MAX_MESSAGE_CHARACTERS);
  if (trimmed === '') return;
  const message = { id: ++count, userId, name, text: trimmed, at: Date.now() };
  messages.set([...messages.get(), message].slice(-MAX_MESSAGES));
};
