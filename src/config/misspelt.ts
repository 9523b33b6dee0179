/** Variables of the environment that were probably meant for a setting of another name. */

/** Settings that open or close access: a misspelt name of one leaves open what was to be closed, or the reverse. */
const ACCESS = /^(?:NODE_ENV|AUTH_\w+|ALLOWED_ORIGINS|RELATIONS_BY_USERS|INTROSPECTION|GRAPHIQL|RATE_\w+)$/;
/** Names that hardly any other program uses. */
const OURS = /^(?:AUTH_JWT_|AUTH_JWKS_|RATE_|PRESENCE_|HEARTBEAT_|TYPING_|BROADCAST_)/;
/** What Kubernetes tells every container of a service: `REDIS_SERVICE_HOST`, `REDIS_PORT_6379_TCP_ADDR` and so on. */
const OF_A_SERVICE = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;
const SERVICE_ADDRESS = /^(?:tcp|udp|sctp):\/\//;

/** Shorter names are near to too many others. */
const SHORTEST = 8;
const NEAR = 2;

/** How many letters have to be put in, left out or exchanged to make one of the other. */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const exchanged = row[column - 1]! + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(exchanged, row[column]! + 1, next[column - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
};

/** Whether Kubernetes, rather than a person, put it there: the address of a service whose name is like a setting's. */
export const isServiceLink = (name: string, value: string): boolean =>
  OF_A_SERVICE.test(name) || SERVICE_ADDRESS.test(value);

/**
 * Compares the names in an environment with those of the `settings`. A `fault` is a name so near to a setting that opens
 * or closes a door, which is itself not set, that starting would be a mistake; a `warning` may be another program's.
 */
export const misspelt = (
  env: Readonly<Record<string, string | undefined>>,
  settings: ReadonlySet<string>,
): { readonly faults: readonly string[]; readonly warnings: readonly string[] } => {
  const faults: string[] = [];
  const warnings: string[] = [];
  const long = [...settings].filter((setting) => setting.length >= SHORTEST);
  for (const [name, value] of Object.entries(env)) {
    if (settings.has(name) || !value || name.length < SHORTEST - NEAR || isServiceLink(name, value)) continue;
    const spelt = name.toUpperCase();
    const [nearest] = long
      .map((setting) => ({ setting, far: distance(spelt, setting) }))
      .sort((one, other) => one.far - other.far);
    if (!nearest) continue;
    const { setting, far } = nearest;
    if (far <= NEAR && ACCESS.test(setting) && !env[setting]) {
      faults.push(`${name} is no setting. Rename it to ${setting}, or remove it.`);
    } else if (far <= NEAR || OURS.test(spelt)) {
      warnings.push(`${name} is no setting, and is passed over; the nearest is ${setting}.`);
    }
  }
  return { faults, warnings };
};
