/** @type {readonly import('./mutant.d.ts').Mutant[]} */
export default [
  {
    name: 'a subscription without a token is tried',
    promise: 'Without a token GraphiQL says at once how to sign in.',
    file: 'src/server/http/graphiqlScript.ts',
    from: 'return authorization ? subscribe(params, authorization) : refusal(SIGN_IN);',
    to: 'return subscribe(params, authorization);',
    tests: ['test/e2e/graphiql.test.ts'],
  },
  {
    name: 'the last event alone',
    promise: 'GraphiQL keeps the latest events of a subscription in view.',
    file: 'src/server/http/graphiqlScript.ts',
    from: 'events.unshift(',
    to: 'events.splice(0, 1, ',
    tests: ['test/e2e/graphiql.test.ts'],
  },
  {
    name: 'events without an end',
    promise: 'The events that stay in view are bounded.',
    file: 'src/server/http/graphiqlScript.ts',
    from: 'events.length = Math.min(events.length, SHOWN);',
    to: '',
    tests: ['test/e2e/graphiql.test.ts'],
  },
  {
    name: 'windows that look alike',
    promise: 'The title of the page has the id of the user.',
    file: 'src/server/http/graphiqlScript.ts',
    from: "(typeof user === 'string' ? user : 'not signed in') + ' · Rollcall'",
    to: "'Rollcall'",
    tests: ['test/e2e/graphiql.test.ts'],
  },
  {
    name: 'a token that is left in the address',
    promise: 'The token is taken out of the address.',
    file: 'src/server/http/graphiqlScript.ts',
    from: "history.replaceState(null, '', location.pathname + location.search);",
    to: '',
    tests: ['test/e2e/graphiql.test.ts'],
  },
];
