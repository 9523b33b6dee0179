/**
 * Hours online a day of one user, from the history of the server (docs/doors.md#history). Runs on Node.js 20 with nothing installed:
 *
 *     ROLLCALL_TOKEN=… node examples/history/report.mjs URL USER [DAYS]
 *
 * URL is the server's `/graphql`; the token has the scope `service`; DAYS counts back from today (7). Days are those of UTC.
 */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const DOCUMENT = `
  query History($userId: ID!, $from: DateTime!, $to: DateTime!, $after: String) {
    presenceHistory(userId: $userId, from: $from, to: $to, first: 500, after: $after) {
      edges { node { device status from to } }
      pageInfo { hasNextPage endCursor }
    }
  }`;

/** One request. Throws what the server refused with. */
const ask = async (url, token, variables) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: DOCUMENT, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${errors[0].extensions?.code}: ${errors[0].message}`);
  return data.presenceHistory;
};

/** All spans of the range, page after page. */
const readSpans = async (url, token, range) => {
  const spans = [];
  for (let after = null; ; ) {
    const { edges, pageInfo } = await ask(url, token, { ...range, after });
    spans.push(...edges.map(({ node }) => node));
    if (!pageInfo.hasNextPage) return spans;
    after = pageInfo.endCursor;
  }
};

/** How long the user was seen between two instants, on whatever device, and how much of that with each status. */
const online = (spans, from, to) => {
  // Several devices at one time are one presence.
  const cuts = [...new Set([from, to, ...spans.flatMap((span) => [span.from, span.to])])]
    .filter((at) => at >= from && at <= to)
    .sort((a, b) => a - b);
  const hours = {};
  for (const [i, begin] of cuts.slice(0, -1).entries()) {
    const span = spans.find((other) => other.from <= begin && other.to > begin);
    if (span) hours[span.status] = (hours[span.status] ?? 0) + (cuts[i + 1] - begin) / HOUR_MS;
  }
  return hours;
};

const [url, userId, days = '7'] = process.argv.slice(2);
const token = process.env.ROLLCALL_TOKEN;
if (!url || !userId || !token || !(Number(days) >= 1)) {
  console.error('Usage: ROLLCALL_TOKEN=… node examples/history/report.mjs URL USER [DAYS]');
  process.exit(2);
}

const now = Date.now();
const today = Math.floor(now / DAY_MS) * DAY_MS;
const first = today - (Number(days) - 1) * DAY_MS;
try {
  const range = { userId, from: new Date(first).toISOString(), to: new Date(now).toISOString() };
  const spans = (await readSpans(url, token, range)).map((span) => ({
    ...span,
    from: Date.parse(span.from),
    // What goes on is counted until now.
    to: span.to === null ? now : Date.parse(span.to),
  }));
  for (let day = first; day <= today; day += DAY_MS) {
    const hours = online(spans, day, Math.min(day + DAY_MS, now));
    const total = Object.values(hours).reduce((sum, one) => sum + one, 0);
    const parts = Object.entries(hours).map(([status, one]) => `${status} ${one.toFixed(2)}`);
    console.log([new Date(day).toISOString().slice(0, 10), `${total.toFixed(2)} h`, ...parts].join('  '));
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
