import { type Execute, type GraphQLFault, Refusal, type Variables } from './api.js';

/** One HTTP answer, with its body as it came. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body read as a GraphQL answer; empty where it is not JSON. */
  body: { data?: Record<string, unknown> | null; errors?: GraphQLFault[] };
}

/** Posts one document and gives the answer whatever it is. `token` null sends no Authorization. */
export async function post(
  url: string,
  token: string | null,
  document: string,
  variables: Variables = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  return postBody(url, token, JSON.stringify({ query: document, variables }), headers);
}

/** Posts a body as it is. */
export async function postBody(
  url: string,
  token: string | null,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });
  return readAnswer(response);
}

/** Reads a fetch response whole. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  let body: Answer['body'] = {};
  try {
    body = JSON.parse(text);
  } catch {
    // Not every answer is JSON (the GraphiQL page, a plain 413); those are read as text.
  }
  return { status: response.status, headers: response.headers, text, body };
}

/** An `Execute` over plain HTTP. */
export function executeOverHttp(url: () => string, token: () => Promise<string>): Execute {
  return async <Data>(document: string, variables?: Variables) => {
    const answer = await post(url(), await token(), document, variables);
    if (answer.body.errors) throw new Refusal(answer.body.errors);
    if (!answer.body.data) throw new Error(`HTTP ${answer.status}: ${answer.text.slice(0, 300)}`);
    return answer.body.data as Data;
  };
}
