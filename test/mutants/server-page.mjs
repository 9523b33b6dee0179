const tests = ['test/server/http/page.test.ts'];
const file = 'src/server/http/page.ts';

export default [
  {
    name: 'tokens-under-any-name',
    promise: 'Tokens of demo users are for a page opened by a loopback address, not for one that rebinds its name.',
    file,
    from: '!isLoopbackHost(host) || FORWARDED',
    to: 'FORWARDED',
    tests,
  },
  {
    name: 'tokens-for-any-origin',
    promise: 'Tokens of demo users are for the own page, not for pages of other origins.',
    file,
    from: 'new URL(origin).host !== host',
    to: "new URL(origin).host === ''",
    tests,
  },
  {
    name: 'tokens-across-sites',
    promise: 'Tokens of demo users are for the own page, not for one of another port.',
    file,
    from: "site === 'same-origin' ||",
    to: "site === 'same-origin' || site === 'same-site' ||",
    tests,
  },
  {
    name: 'page-kept-for-a-year',
    promise: 'The page is asked for again at each visit; only files named by their content are kept.',
    file,
    from: 'path.startsWith(HASHED) ?',
    to: "path.startsWith('/') ?",
    tests,
  },
  {
    name: 'page-with-scripts-from-anywhere',
    promise: 'The page loads from its own server alone.',
    file,
    from: `"script-src 'self'",`,
    to: `"script-src 'self' 'unsafe-inline'",`,
    tests,
  },
  {
    name: 'page-in-production',
    promise: 'A server whose users are not the demo users shows neither the page nor any tokens.',
    file: 'src/app.ts',
    from: 'if (config.production || !demo || secret === undefined) return null;',
    to: 'if (secret === undefined) return null;',
    tests: ['test/e2e/page.test.ts'],
  },
];
