import { afterAll, onTestFinished } from 'vitest';
import { type Api, createApi, type Execute, patient, type Variables } from './api.js';
import { type Answer, executeOverHttp, post } from './http.js';
import { type Environment, type ServerProcess, startProcess } from './server.js';
import { connectSocket, type Socket } from './socket.js';
import { signToken, type TokenOptions } from './tokens.js';

/** What `connectionParams` may say beside the token. */
export interface ConnectOptions {
  device?: string;
  sessionId?: string;
  /** False: watches without being seen. */
  presence?: boolean;
  token?: string;
}

/** Somebody with a token: the API over plain HTTP, and sockets. */
export interface Person extends Api {
  readonly id: string;
  token(options?: TokenOptions): Promise<string>;
  /** Posts a document and gives the answer as it came. */
  ask(document: string, variables?: Variables): Promise<Answer>;
  connect(options?: ConnectOptions): Promise<Socket>;
  /** A socket that is not seen: `presence: false`. */
  lurk(): Promise<Socket>;
}

/** A running server and the people who use it. */
export interface Rollcall extends ServerProcess {
  /** The host's back end: a token with the scope `service`. */
  readonly host: Person;
  /** Somebody by that very id; nothing is said to the server. */
  person(id: string): Person;
  /** People unknown to each other, under fresh ids that begin with the names given, in the order given. */
  strangers<Names extends readonly string[]>(...names: Names): Promise<{ [Name in keyof Names]: Person }>;
  /** The same, each following each. */
  friends<Names extends readonly string[]>(...names: Names): Promise<{ [Name in keyof Names]: Person }>;
  /** An id that no other call gives. */
  fresh(name: string): string;
}

/** A server for a whole file, started while it is collected: `const rollcall = await serve({ … })`. */
export async function serve(env: Environment = {}, options: { fromScratch?: boolean } = {}): Promise<Rollcall> {
  const rollcall = await startRollcall(env, options);
  afterAll(() => rollcall.remove());
  return rollcall;
}

/** A server for the one test that calls it. */
export async function serveTest(env: Environment = {}): Promise<Rollcall> {
  const rollcall = await startRollcall(env);
  onTestFinished(() => rollcall.remove());
  return rollcall;
}

/** Somebody at one server, whose address is read anew at every use. `base` is what all of their tokens say; `through` is how they ask, see `patient`. */
export const createPerson = (
  server: Pick<ServerProcess, 'url' | 'wsUrl'>,
  id: string,
  base: TokenOptions = {},
  through: (execute: Execute) => Execute = (execute) => execute,
): Person => {
  const signed = new Map<string, Promise<string>>();
  const token = (options: TokenOptions = {}) => {
    const key = JSON.stringify(options);
    const known = signed.get(key) ?? signToken(id, { ...base, ...options });
    signed.set(key, known);
    return known;
  };
  const connect = async ({ token: given, ...params }: ConnectOptions = {}) =>
    connectSocket(server.wsUrl, { authorization: `Bearer ${given ?? (await token())}`, ...params }, through);
  return {
    ...createApi(
      through(
        executeOverHttp(
          () => server.url,
          () => token(),
        ),
      ),
    ),
    id,
    token,
    ask: async (document, variables) => post(server.url, await token(), document, variables),
    connect,
    lurk: () => connect({ presence: false }),
  };
};

async function startRollcall(env: Environment, options: { fromScratch?: boolean } = {}): Promise<Rollcall> {
  const server = await startProcess(env, options);
  let made = 0;
  const fresh = (name: string) => {
    made += 1;
    return `${name}-${made}`;
  };
  const person = (id: string, base: TokenOptions = {}) => createPerson(server, id, base, patient);
  const host = person('the-host', { service: true });
  const strangers = async (names: readonly string[]) => {
    const people = names.map((name) => person(fresh(name)));
    await host.upsertUsers(people.map(({ id }) => ({ id, name: id })));
    return people;
  };
  const friends = async (names: readonly string[]) => {
    const people = await strangers(names);
    const pairs = people.flatMap((one) =>
      people.filter((other) => other !== one).map((other) => [one, other] as const),
    );
    await host.addFollows(pairs.map(([one, other]) => ({ followerId: one.id, followeeId: other.id })));
    return people;
  };
  const cast = <Names extends readonly string[]>(people: Person[]) => people as { [Name in keyof Names]: Person };
  // The address is read through: it changes with every start.
  return Object.defineProperties(
    {
      host,
      fresh,
      person: (id: string) => person(id),
      strangers: async <Names extends readonly string[]>(...names: Names) => cast<Names>(await strangers(names)),
      friends: async <Names extends readonly string[]>(...names: Names) => cast<Names>(await friends(names)),
    },
    Object.getOwnPropertyDescriptors(server),
  ) as Rollcall;
}
