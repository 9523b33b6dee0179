/** The command line: `rollcall [start | token USER [--service] | --help | --version]`. */

/** What the arguments ask for. A mistake is a sentence for the person at the terminal. */
export type Command =
  | { readonly kind: 'start' }
  | { readonly kind: 'token'; readonly args: readonly string[] }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'mistake'; readonly sentence: string };

export const HELP = `Rollcall: who is here, on what, doing what, who is typing, as a GraphQL API with subscriptions.

Usage: rollcall                          starts the server
       rollcall token USER [--service]   prints a token that this server accepts, good for a week
       rollcall --help | --version

Settings are environment variables alone. With none of them, one process starts for development, at
http://127.0.0.1:4000, with its data in ./data and demo users to try.

  NODE_ENV            "production" for the real thing: no demo users, and tokens need a key
  HOST, PORT          where it listens (127.0.0.1, in production 0.0.0.0; 4000)
  AUTH_JWT_SECRET     the secret of tokens (HS256), 32 bytes or more
  AUTH_JWKS_URL       or the keys of your identity provider, with AUTH_JWT_AUDIENCE
  ALLOWED_ORIGINS     web origins that may call, such as https://app.example.com
  DATABASE_URL        postgres://… (without it an embedded database in DATA_DIR)
  REDIS_URL           redis://… for many processes as one service; needs DATABASE_URL
  WORKERS             how many processes serve PORT (1), or auto; more than one needs REDIS_URL
  LOG_LEVEL           info, or debug, warn, error, silent

All settings: docs/semantics.md#settings
`;

/** Reads the arguments behind the name of the program. */
export const commandOf = (args: readonly string[]): Command => {
  const [first, ...rest] = args;
  if (args.includes('--help') || args.includes('-h') || first === 'help') return { kind: 'help' };
  if (first === 'token') return { kind: 'token', args: rest };
  if (rest.length === 0) {
    if (first === undefined || first === 'start') return { kind: 'start' };
    if (first === '--version' || first === '-v') return { kind: 'version' };
  }
  // Of a setting or an address there is its beginning alone: it may hold a password, and this may go to a log.
  const named =
    first === 'start' ? `"start" takes no arguments` : `"${/^[\w-]*/.exec(first ?? '')?.[0]}" is no command`;
  const sentence = `${named}. "rollcall --help" lists what there is; settings are environment variables.`;
  return { kind: 'mistake', sentence };
};
