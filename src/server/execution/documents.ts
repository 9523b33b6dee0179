/** Documents of requests, parsed, checked against all rules, and cached: the same over every transport. */
import {
  BREAK,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNullableType,
  isIntrospectionType,
  isListType,
  isObjectType,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Introspection } from '../../config/config.js';
import {
  isPureIntrospection,
  MAX_DOCUMENT_CHARS,
  MAX_DOCUMENT_FAULTS,
  MAX_TOKENS,
  overLimit,
  UnconditionalSubscriptionRule,
} from './documentLimits.js';

/** Bytes that cached documents may take: their texts, and what they are parsed into. */
const CACHE_BYTES = 32 * 1024 * 1024;
/** Measured: a token with its node and what validation and execution cache of it; a document apart from its tokens. */
const BYTES_A_TOKEN = 512;
const BYTES_A_DOCUMENT = 8_192;

export interface Checked {
  /** Null where the text cannot be parsed. */
  readonly document: DocumentNode | null;
  /** Why it may not be executed; empty where it may. A document over a limit has one. */
  readonly faults: readonly GraphQLError[];
  /** Whether it selects nothing but the schema. */
  readonly introspects: boolean;
  /** The most that it takes in memory. */
  readonly bytes: number;
  /** Whether it selects a list at the top, which may be as long as there are users; or the schema. */
  readonly lists: boolean;
}

export interface Documents {
  check(text: string): Checked;
}

const overLimitError = (sentence: string) => new GraphQLError(sentence, { extensions: { code: 'BAD_USER_INPUT' } });

/** A text that is not even parsed. */
const TOO_LONG: Checked = {
  document: null,
  faults: [overLimitError(`The query is longer than ${MAX_DOCUMENT_CHARS.toLocaleString('en-US')} characters.`)],
  introspects: false,
  bytes: 0,
  lists: false,
};

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

  /** Whether a field of the query type is a list, a page of one, or the schema: long answers. */
  const isList = (document: DocumentNode): boolean => {
    const query = schema.getQueryType();
    const types = new TypeInfo(schema);
    let found = false;
    const Field = () => {
      if (types.getParentType() !== query) return undefined;
      const type = getNullableType(types.getType());
      if (isListType(type) || (isObjectType(type) && (type.getFields().edges || isIntrospectionType(type))))
        found = true;
      return found ? BREAK : undefined;
    };
    visit(document, visitWithTypeInfo(types, { Field }));
    return found;
  };

  const faultsOf = (document: DocumentNode): readonly GraphQLError[] => {
    const sentence = overLimit(document);
    if (sentence === null) return validate(schema, document, rules, { maxErrors: MAX_DOCUMENT_FAULTS });
    return [overLimitError(sentence)];
  };

  const read = (text: string): Checked => {
    const ofText = BYTES_A_DOCUMENT + 2 * text.length;
    try {
      const document = parse(text, { maxTokens: MAX_TOKENS });
      const bytes = ofText + BYTES_A_TOKEN * (document.tokenCount ?? MAX_TOKENS);
      return {
        document,
        faults: faultsOf(document),
        introspects: isPureIntrospection(document),
        bytes,
        lists: isList(document),
      };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { document: null, faults: [error], introspects: false, bytes: ofText, lists: false };
    }
  };

  const cache = new LRUCache<string, Checked>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
  });

  return {
    check(text) {
      if (text.length > MAX_DOCUMENT_CHARS) return TOO_LONG;
      const known = cache.get(text);
      if (known) return known;
      const checked = read(text);
      // Invalid documents are not cached: they would push out valid ones.
      if (checked.faults.length === 0) cache.set(text, checked);
      return checked;
    },
  };
};
