/** A receiver of the webhook within the test: it verifies each request by the library of the Standard Webhooks, and keeps the events. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedEvent {
  readonly type: string;
  readonly timestamp: string;
  readonly data: { readonly user_id: string; readonly status?: string; readonly as_of?: number } & Record<
    string,
    unknown
  >;
}

export interface ReceivedRequest {
  readonly id: string;
  readonly body: string;
  readonly signatures: string;
  readonly events: readonly ReceivedEvent[];
}

/** What it answers: a status, headers; null: nothing at all. */
export type Answer = { readonly status: number; readonly headers?: Record<string, string> } | null;

export const startReceiver = async (secret: string, port = 0) => {
  const webhook = new Webhook(secret);
  const requests: ReceivedRequest[] = [];
  const forged: string[] = [];
  const receiver = {
    url: '',
    port: 0,
    /** All that came, answered as it may be. */
    requests,
    /** Bodies whose signature was not right. */
    forged,
    answer: (_: ReceivedRequest): Answer | Promise<Answer> => ({ status: 204 }),
    /** The last state of a user among the requests that were answered 2xx, by `as_of`. */
    latest: new Map<string, ReceivedEvent['data']>(),
    deleted: [] as string[],
    statusOf: (userId: string) => receiver.latest.get(userId)?.status,
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    try {
      webhook.verify(body, request.headers as Record<string, string>);
    } catch {
      forged.push(body);
      response.writeHead(401).end();
      return;
    }
    const received: ReceivedRequest = {
      id: String(request.headers['webhook-id']),
      body,
      signatures: String(request.headers['webhook-signature']),
      events: (JSON.parse(body) as { events: ReceivedEvent[] }).events,
    };
    requests.push(received);
    const answer = await receiver.answer(received);
    if (answer === null) return;
    if (answer.status < 300) {
      for (const { type, data } of received.events) {
        if (type === 'user.deleted') receiver.deleted.push(data.user_id);
        if (type !== 'presence.changed') continue;
        if ((receiver.latest.get(data.user_id)?.as_of ?? 0) < data.as_of!) receiver.latest.set(data.user_id, data);
      }
    }
    response.writeHead(answer.status, answer.headers).end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  receiver.port = (server.address() as AddressInfo).port;
  receiver.url = `http://127.0.0.1:${receiver.port}/hook`;
  return receiver;
};
export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
