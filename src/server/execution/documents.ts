/** Documents of requests, parsed, judged by all rules, and kept, the same over every transport. */
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

/** What is kept of documents, in bytes: of their texts, and of what they were parsed into. */
const KEPT_BYTES = 32 * 1024 * 1024;
/** Measured: a token with its node, and what validation and execution remember of it; a document beside its tokens. */
const BYTES_A_TOKEN = 512;
const BYTES_A_DOCUMENT = 8_192;

export interface Checked {
  /** Null where the text is no document. */
  readonly document: DocumentNode | null;
  /** Why it may not be run; empty where it may. Of a document over a limit there is one. */
  readonly faults: readonly GraphQLError[];
  /** Whether it asks for nothing but the schema. */
  readonly introspects: boolean;
  /** What it takes while it is kept, at the most. */
  readonly bytes: number;
  /** Whether it asks for a list at the top: as long as there are users, that is; or for the schema. */
  readonly lists: boolean;
}

export interface Documents {
  check(text: string): Checked;
}

const overLimitError = (sentence: string) => new GraphQLError(sentence, { extensions: { code: 'BAD_USER_INPUT' } });

/** What is not even read. */
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

  /** Whether a field of the query type is a list, or a page of one, or the schema, of which much can be asked. */
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

  const persisted = new LRUCache<string, Checked>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
  });

  return {
    check(text) {
      if (text.length > MAX_DOCUMENT_CHARS) return TOO_LONG;
      const known = persisted.get(text);
      if (known) return known;
      const checked = read(text);
      // What is wrong is not worth keeping: it would push out what is right.
      if (checked.faults.length === 0) persisted.set(text, checked);
      return checked;
    },
  };
};
