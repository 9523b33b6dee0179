import type { ServerResponse } from 'node:http';
import { ALWAYS } from './respond.js';

/** The first content of the editor: valid against the schema, and useful to run. */
export const DEFAULT_QUERY = `# Open this page as another user in a second window.
# Run "Watch" here, and "Busy" there.

query Me {
  me {
    userId
    chosenStatus
    presence { status statusMessage { text emoji } asOf }
    sessions { id device idle }
  }
  presence {
    userId
    user { name }
    status
    lastSeen
    activities { type name }
  }
}

subscription Watch {
  presenceChanged {
    userId
    user { name }
    status
    statusMessage { text }
    activities { type name details }
    asOf
  }
}

mutation Busy {
  setPresence(input: { status: DO_NOT_DISTURB, statusMessage: { text: "In the studio", emoji: "🎧" } }) {
    status
    statusMessage { text emoji }
    asOf
  }
}
`;

/** Where yoga's page hands its options to GraphiQL. */
const MOUNT = 'YogaGraphiQL.renderYogaGraphiQL(';

/**
 * Runs in the page, before GraphiQL starts. Takes the token of `#token=…` out of the address, keeps it for this tab
 * alone (two tabs may be two users), and puts it into headers and `connectionParams`. A token that is typed into the
 * headers editor is used for subscriptions too: the last one sent over HTTP counts.
 */
const SCRIPT = `
window.rollcallOptions = (options) => {
  const KEY = 'rollcall:token';
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    // What GraphiQL kept is another user's.
    sessionStorage.clear();
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  // Another link that is opened in this very tab.
  addEventListener('hashchange', () => location.hash.startsWith('#token=') && location.reload());
  const token = sessionStorage.getItem(KEY);
  let authorization = token ? 'Bearer ' + token : undefined;
  const send = window.fetch.bind(window);
  window.fetch = (input, init) => {
    const headers = new Headers(init && init.headers);
    if (headers.has('authorization')) authorization = headers.get('authorization');
    return send(input, init);
  };
  // Its tabs are not restored: where their query was not edited, GraphiQL would open an empty one beside them.
  const storage = {
    getItem: (key) => (key.endsWith(':tabState') ? null : sessionStorage.getItem(key)),
    setItem: (key, value) => sessionStorage.setItem(key, value),
    removeItem: (key) => sessionStorage.removeItem(key),
    clear: () => sessionStorage.clear(),
    get length() { return sessionStorage.length; },
  };
  const headers = JSON.stringify(authorization ? { Authorization: authorization } : {}, null, 2);
  return {
    ...options,
    defaultHeaders: headers,
    shouldPersistHeaders: true,
    storage,
    connectionParams: () => (authorization ? { authorization, device: 'WEB' } : {}),
  };
};
`;

/** The page contains everything; the browser may load nothing from elsewhere. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self' data: blob:",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self' ws: wss:",
  "frame-ancestors 'none'",
].join('; ');

export interface GraphiqlPage {
  send(response: ServerResponse): Promise<void>;
}

/** GraphiQL as one page that loads nothing from outside. It is large, and made at its first use. */
export const createGraphiqlPage = (): GraphiqlPage => {
  let page: Promise<Buffer> | null = null;

  const make = async (): Promise<Buffer> => {
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    const html = renderGraphiQL({
      title: 'Rollcall',
      defaultQuery: DEFAULT_QUERY,
      subscriptionsProtocol: 'WS',
      credentials: 'omit',
    });
    const mount = html.lastIndexOf(MOUNT);
    const options = html.indexOf('{', mount);
    const end = html.lastIndexOf('}') + 1;
    if (mount < 0 || options < 0 || end < options) throw new Error('The page of GraphiQL is not laid out as expected.');
    const parts = [html.slice(0, mount), SCRIPT, html.slice(mount, options)];
    return Buffer.from(`${parts.join('')}rollcallOptions(${html.slice(options, end)})${html.slice(end)}`);
  };

  return {
    async send(response) {
      page ??= make();
      const bytes = await page;
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-length': bytes.length,
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'referrer-policy': 'no-referrer',
        ...ALWAYS,
      });
      response.end(bytes);
    },
  };
};
