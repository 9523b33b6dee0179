/** graphql-yoga and graphql-ws on one server, put together as their documentation does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionArgs, GraphQLSchema, SubscriptionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { signIn } from './signIn.js';

export interface Context {
  readonly userId: string;
}

/** Listens on a port of its choice, and says on which. */
export const serve = (schema: GraphQLSchema): void => {
  const yoga = createYoga<{ connectionParams?: Readonly<Record<string, unknown>> }>({
    schema,
    logging: 'error',
    graphiql: false,
    async context({ request, connectionParams }) {
      const given = connectionParams?.authorization ?? request?.headers.get('authorization');
      return { userId: await signIn(typeof given === 'string' ? given : undefined) };
    },
  });

  type Enveloped = Pick<ReturnType<typeof yoga.getEnveloped>, 'execute' | 'subscribe'>;

  const server = createServer(yoga);
  useServer(
    {
      execute: (args: ExecutionArgs) => (args.rootValue as Enveloped).execute(args),
      subscribe: (args: SubscriptionArgs) => (args.rootValue as Enveloped).subscribe(args),
      onConnect: async ({ connectionParams }) => {
        await signIn(String(connectionParams?.authorization));
      },
      async onSubscribe(ctx, _id, params) {
        const enveloped = yoga.getEnveloped({
          ...ctx,
          req: ctx.extra.request,
          socket: ctx.extra.socket,
          params,
        });
        const args = {
          schema: enveloped.schema,
          operationName: params.operationName,
          document: enveloped.parse(params.query),
          variableValues: params.variables,
          contextValue: await enveloped.contextFactory(),
          rootValue: { execute: enveloped.execute, subscribe: enveloped.subscribe },
        };
        const errors = enveloped.validate(args.schema, args.document);
        return errors.length > 0 ? errors : args;
      },
    },
    new WebSocketServer({ server, path: yoga.graphqlEndpoint }),
  );

  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
  });
};
