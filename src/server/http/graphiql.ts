import type { ServerResponse } from 'node:http';
import { GRAPHIQL_SCRIPT } from './graphiqlScript.js';
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
    });
    const mount = html.lastIndexOf(MOUNT);
    const options = html.indexOf('{', mount);
    const end = html.lastIndexOf('}') + 1;
    if (mount < 0 || options < 0 || end < options) throw new Error('The page of GraphiQL is not laid out as expected.');
    const parts = [html.slice(0, mount), GRAPHIQL_SCRIPT, html.slice(mount, options)];
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
