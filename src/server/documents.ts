/** Documents of requests, parsed, judged by all rules, and kept, the same over every transport. */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Introspection } from '../config.js';
import { isPureIntrospection, MAX_TOKENS, overLimit, UnconditionalSubscriptionRule } from './limits.js';

/** Characters of documents that are kept; a document may be nearly as long as a body. */
const KEPT_CHARS = 8 * 1024 * 1024;

export interface Checked {
  /** Null where the text is no document. */
  readonly document: DocumentNode | null;
  /** Why it may not be run; empty where it may. Of a document over a limit there is one. */
  readonly faults: readonly GraphQLError[];
  /** Whether it asks for nothing but the schema. */
  readonly introspects: boolean;
}

export interface Documents {
  check(text: string): Checked;
}

export const createDocuments = ({
  schema,
  introspection,
}: {
  readonly schema: GraphQLSchema;
  readonly introspection: Introspection;
}): Documents => {
  const rules = [
    ...specifiedRules,
    UnconditionalSubscriptionRule,
    ...(introspection === 'off' ? [NoSchemaIntrospectionCustomRule] : []),
  ];

  const faultsOf = (document: DocumentNode): readonly GraphQLError[] => {
    const sentence = overLimit(document);
    if (sentence === null) return validate(schema, document, rules);
    return [new GraphQLError(sentence, { extensions: { code: 'BAD_USER_INPUT' } })];
  };

  const read = (text: string): Checked => {
    try {
      const document = parse(text, { maxTokens: MAX_TOKENS });
      return { document, faults: faultsOf(document), introspects: isPureIntrospection(document) };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { document: null, faults: [error], introspects: false };
    }
  };

  const kept = new LRUCache<string, Checked>({
    maxSize: KEPT_CHARS,
    sizeCalculation: (_, text) => text.length + 1,
  });

  return {
    check(text) {
      const known = kept.get(text);
      if (known) return known;
      const checked = read(text);
      // What is wrong is not worth keeping: it would push out what is right.
      if (checked.faults.length === 0) kept.set(text, checked);
      return checked;
    },
  };
};
