/** Requests in the dialects of REST, with their answers as they came. */

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON of the body; undefined where it is empty. */
  readonly json: unknown;
}

export interface RestRequest {
  readonly method: string;
  readonly path: string;
  /** Null sends none. */
  readonly token?: string | null;
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Sends a request to a server and gives the answer whatever it is. */
export const askRest = async (
  origin: string,
  { method, path, token = null, body, headers = {} }: RestRequest,
): Promise<RestAnswer> => {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text === '' ? undefined : JSON.parse(text) };
};

type Schema = Readonly<Record<string, unknown>>;

/** What is wrong with a value by a schema of the tables: the keywords that they use, and no others. */
export const faultsBySchema = (value: unknown, schema: Schema, at = 'answer'): readonly string[] => {
  const {
    type,
    properties = {},
    required = [],
    additionalProperties,
    items,
    enum: words,
    oneOf,
    format,
  } = schema as {
    readonly type?: string;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
    readonly additionalProperties?: boolean;
    readonly items?: Schema;
    readonly enum?: readonly unknown[];
    readonly oneOf?: readonly Schema[];
    readonly format?: string;
  };
  if (oneOf)
    return oneOf.some((each) => faultsBySchema(value, each).length === 0) ? [] : [`${at} is none of its kinds`];
  const kind = Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  if (type !== kind) return [`${at} is of the type ${kind}, not ${type}`];
  if (words && !words.includes(value)) return [`${at} is ${value}, which is no word of it`];
  if (format === 'date-time' && new Date(String(value)).toISOString() !== value) return [`${at} is no instant`];
  if (Array.isArray(value))
    return value.flatMap((each, i) => (items ? faultsBySchema(each, items, `${at}[${i}]`) : []));
  if (type !== 'object') return [];
  const fields = Object.entries(value as Record<string, unknown>);
  return [
    ...required.filter((name) => !fields.some(([each]) => each === name)).map((name) => `${at} lacks ${name}`),
    ...fields.flatMap(([name, each]) => {
      const known = properties[name];
      if (known) return faultsBySchema(each, known, `${at}.${name}`);
      return additionalProperties === false ? [`${at} has ${name}`] : [];
    }),
  ];
};
