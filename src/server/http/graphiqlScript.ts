/**
 * Runs in the page of GraphiQL, before it starts: `rollcallOptions` completes the options that GraphiQL is given.
 *
 * - The token of `#token=…` is taken out of the address, kept for this tab alone (two tabs may be two users), and put into
 *   the headers editor, which every operation is sent with. The user's id is put into the title.
 * - Subscriptions go over a WebSocket each. The latest events stay in view, the newest first; a subscription that cannot
 *   go on says why, in a sentence, and below it what came before.
 */
export const GRAPHIQL_SCRIPT = `
window.rollcallOptions = (options) => {
  const KEY = 'rollcall:token';
  /** How many events stay in view. */
  const SHOWN = 50;
  const SIGN_IN = 'You are not signed in. Open a link that the server printed at its start (it ends in #token=…), ' +
    'or put {"Authorization": "Bearer TOKEN"} under Headers. "npm run --silent token -- USER" prints a token.';

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
  const userOf = (jwt) => {
    try {
      const bytes = atob(jwt.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'));
      return JSON.parse(decodeURIComponent(escape(bytes))).sub;
    } catch {
      return null;
    }
  };
  const user = token && userOf(token);
  document.title = (typeof user === 'string' ? user : 'not signed in') + ' · Rollcall';

  const authorizationOf = (headers) => {
    const found = Object.entries(headers || {}).find(([name]) => name.toLowerCase() === 'authorization');
    return found && typeof found[1] === 'string' && found[1].trim() !== '' ? found[1] : null;
  };
  const refusal = (message) => ({ errors: [{ message }] });

  const whyClosed = ({ code, reason }) => {
    if (code === 4403) return 'The token is invalid or has expired. ' + SIGN_IN;
    if (code === 1012) return 'The server restarts. Run the subscription again in a moment.';
    if (code === 1006) return 'The server cannot be reached, or the connection was lost. Run the subscription again.';
    return 'The connection was closed (' + code + (reason ? ': ' + reason : '') + '). Run the subscription again.';
  };

  /** The results of a subscription, as what is shown: the latest events, and why it ended. */
  const subscribe = (params, authorization) => {
    const events = [];
    let count = 0;
    let shown = null;
    let ended = false;
    let wake = () => {};
    const show = (end) => {
      shown = { ...end, events: count, latestFirst: [...events] };
      wake();
    };
    const socket = new WebSocket(location.origin.replace('http', 'ws') + location.pathname, 'graphql-transport-ws');
    const send = (message) => socket.readyState === 1 && socket.send(JSON.stringify(message));
    const end = (why) => {
      if (ended) return;
      ended = true;
      if (why) show(why);
      wake();
      socket.close(1000);
    };
    socket.onopen = () => send({ type: 'connection_init', payload: { authorization, device: 'WEB' } });
    socket.onclose = (event) => end(refusal(whyClosed(event)));
    socket.onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(data);
      if (type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: params });
      if (type === 'ping') send({ type: 'pong' });
      if (type === 'error') end({ errors: payload });
      if (type === 'complete') end(null);
      if (type !== 'next') return;
      // A subscription that is refused is one result without data.
      if (payload.errors && !payload.data) return end({ errors: payload.errors });
      count += 1;
      events.unshift({ received: new Date().toISOString(), ...payload });
      events.length = Math.min(events.length, SHOWN);
      show();
    };
    return {
      async next() {
        while (shown === null && !ended) await new Promise((resolve) => { wake = resolve; });
        if (shown === null) return { done: true, value: undefined };
        const value = shown;
        shown = null;
        return { done: false, value };
      },
      async return() {
        end(null);
        shown = null;
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() { return this; },
    };
  };

  const SUBSCRIPTION = /^\\s*subscription\\b/;
  /** The text of the operation that runs, without comments and strings: enough to tell its kind. */
  const isSubscription = ({ query, operationName }) => {
    const text = query.replace(/"""[^]*?"""|"(?:\\\\.|[^"\\\\\\n])*"|#[^\\n]*/g, ' ');
    if (!operationName) return SUBSCRIPTION.test(text);
    const named = [...text.matchAll(/\\b(query|mutation|subscription)\\s+([_A-Za-z]\\w*)/g)];
    return named.some(([, kind, name]) => kind === 'subscription' && name === operationName);
  };

  const fetcher = async (params, { headers } = {}) => {
    const authorization = authorizationOf(headers);
    if (isSubscription(params)) return authorization ? subscribe(params, authorization) : refusal(SIGN_IN);
    try {
      const response = await fetch(location.pathname, {
        method: 'POST',
        credentials: 'omit',
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(params),
      });
      if (response.status === 401 && !authorization) return refusal(SIGN_IN);
      return await response.json();
    } catch {
      return refusal('The server cannot be reached, or its answer was no JSON.');
    }
  };

  // Its tabs are not restored: where their query was not edited, GraphiQL would open an empty one beside them.
  const storage = {
    getItem: (key) => (key.endsWith(':tabState') ? null : sessionStorage.getItem(key)),
    setItem: (key, value) => sessionStorage.setItem(key, value),
    removeItem: (key) => sessionStorage.removeItem(key),
    clear: () => sessionStorage.clear(),
    get length() { return sessionStorage.length; },
  };
  return {
    ...options,
    fetcher,
    defaultHeaders: JSON.stringify(token ? { Authorization: 'Bearer ' + token } : {}, null, 2),
    shouldPersistHeaders: true,
    storage,
  };
};
`;
