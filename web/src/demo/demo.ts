/** Who the page can be: the demo users of a development server, and their host, with tokens that it signs for this page alone. */

import { createHostBackEnd, type HostBackEnd } from '../host/hostBackEnd.js';
import type { FeedPost } from '../host/storedPost.js';

export interface DemoPerson {
  readonly id: string;
  readonly name: string;
}

interface DemoAnswer {
  readonly people: readonly (DemoPerson & { readonly token: string })[];
  readonly conversationId: string;
  readonly post: FeedPost;
  readonly hostToken: string;
}

export interface Demo {
  readonly people: readonly DemoPerson[];
  /** The conversation that all of them share. */
  readonly conversationId: string;
  readonly post: FeedPost;
  /** A new token of that person, valid for an hour. Rejects while the server does not answer. */
  tokenOf(userId: string): Promise<string>;
  /** The product's back end, which a script of this page plays. */
  readonly host: HostBackEnd;
}

const ask = async (): Promise<DemoAnswer> => {
  const response = await fetch('/demo.json', { headers: { accept: 'application/json' } });
  const body = await response.json();
  if (!response.ok) {
    const [error] = body.errors;
    throw Object.assign(new Error(error.message), { code: error.extensions.code });
  }
  return body as DemoAnswer;
};

/** Rejects with a sentence for the reader where the server has no demo users, or none for this page. */
export const loadDemo = async (): Promise<Demo> => {
  const { people, conversationId, post } = await ask();
  return {
    people: people.map(({ id, name }) => ({ id, name })),
    conversationId,
    post,
    host: createHostBackEnd(post, async () => (await ask()).hostToken),
    async tokenOf(userId) {
      const person = (await ask()).people.find(({ id }) => id === userId);
      if (!person) throw new Error(`The server has no demo user ${userId}.`);
      return person.token;
    },
  };
};
