/**
 * One execution for many subscribers: what a subscription sends of something shown depends on the document, on its
 * variables but the list of users, and on what is shown, which is one object for all who see the same facets. So it is
 * executed and serialised once, and only the instant of each viewer is put in. DESIGN section 2, "Fan-out".
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { type Shown, type Told, viewOf } from '../fanout/told.js';

/** What is sent of something told: the JSON of the result in UTF-8, each byte a character. */
export type Renderer = (told: Told) => string;

/** How many sets of variables of one document share their executions. */
const MAX_VARIABLES = 200;

/**
 * An instant that nothing else in a result is: what is executed has it for `asOf`, and it is replaced in the text. It is
 * drawn at the start, so that nobody can write it into a text of theirs.
 */
const STAND_IN = Date.UTC(1000, 0, 1) + Math.floor(Math.random() * 800 * 365 * 86_400_000);
const STAND_IN_TEXT = new Date(STAND_IN).toISOString();

/** One operation of a document, if all that it asks for is the same for everybody who sees the same facets. */
interface Shape {
  readonly operation: OperationDefinitionNode;
  /** The variable that lists the users, if any: it decides whom to watch, and nothing of what is sent. */
  readonly list: string | null;
  readonly renderers: LRUCache<string, Renderer>;
}

/** What was rendered of something shown: the text around the instant, and the whole of it for the latest instant. */
interface Rendered {
  readonly around: readonly string[];
  asOf: number;
  text: string;
}

const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Fields that depend on the viewer, or have to be loaded. */
const isOwn = (type: string | undefined, field: string): boolean =>
  (type === 'Presence' && field === 'isTyping') || (type === 'User' && field !== 'id' && field !== '__typename');

export const createRendering = ({
  schema,
  finish,
  onDelivery,
}: {
  readonly schema: GraphQLSchema;
  /** A result is on its way out. */
  readonly onDelivery: () => void;
  /** The last thing done to a result. */
  readonly finish: (result: ExecutionResult) => ExecutionResult;
}) => {
  const shapes = new WeakMap<DocumentNode, Map<string, Shape | null>>();
  let executions = 0;

  const readShape = (document: DocumentNode, operationName: string | null | undefined): Shape | null => {
    const operation = getOperationAST(document, operationName);
    const [root] = operation?.selectionSet.selections ?? [];
    if (!operation || root?.kind !== Kind.FIELD || root.name.value !== 'presenceChanged') return null;
    let isShared = true;
    const types = new TypeInfo(schema);
    visit(
      document,
      visitWithTypeInfo(types, {
        Field: ({ name }) => {
          if (isOwn(types.getParentType()?.name, name.value)) isShared = false;
        },
      }),
    );
    if (!isShared) return null;
    const users = root.arguments?.find(({ name }) => name.value === 'userIds')?.value;
    return {
      operation,
      list: users?.kind === Kind.VARIABLE ? users.name.value : null,
      renderers: new LRUCache({ max: MAX_VARIABLES }),
    };
  };

  const shapeOf = (document: DocumentNode, operationName: string | null | undefined): Shape | null => {
    const known = shapes.get(document) ?? new Map<string, Shape | null>();
    shapes.set(document, known);
    const name = operationName ?? '';
    const shape = known.get(name) ?? (known.has(name) ? null : readShape(document, operationName));
    known.set(name, shape);
    return shape;
  };

  const rendererOf = (args: ExecutionArgs): Renderer => {
    const rendered = new WeakMap<Shown, Rendered>();
    let last: { readonly shown: Shown; readonly rendered: Rendered } | undefined;

    const renderedOf = (shown: Shown): Rendered => {
      const known = rendered.get(shown);
      if (known) return known;
      executions += 1;
      const result = execute({ ...args, rootValue: viewOf({ shown, asOf: STAND_IN }), contextValue: {} });
      const around = asBytes(JSON.stringify(finish(result as ExecutionResult))).split(STAND_IN_TEXT);
      const made = { around, asOf: -1, text: '' };
      rendered.set(shown, made);
      return made;
    };

    return ({ shown, asOf }) => {
      onDelivery();
      // The same thing goes to one after the other.
      if (last?.shown !== shown) last = { shown, rendered: renderedOf(shown) };
      const { rendered: known } = last;
      if (known.asOf !== asOf) {
        known.asOf = asOf;
        known.text = known.around.length === 1 ? known.around[0]! : known.around.join(new Date(asOf).toISOString());
      }
      return known.text;
    };
  };

  return {
    /** How to send what such a subscription is told; null where each viewer needs an execution of their own. */
    rendererFor({ document, operationName, variableValues }: ExecutionArgs): Renderer | null {
      const shape = shapeOf(document, operationName);
      if (!shape) return null;
      const { coerced } = getVariableValues(schema, shape.operation.variableDefinitions ?? [], variableValues ?? {});
      if (!coerced) return null;
      const { [shape.list ?? '']: _, ...others } = coerced;
      const key = JSON.stringify(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1)));
      const shared = shape.renderers.get(key);
      if (shared) return shared;
      const renderer = rendererOf({
        schema,
        document,
        operationName,
        variableValues: { ...variableValues, ...(shape.list !== null && { [shape.list]: [] }) },
      });
      shape.renderers.set(key, renderer);
      return renderer;
    },
    /** How many executions there were. */
    get executions() {
      return executions;
    },
  };
};

export type Rendering = ReturnType<typeof createRendering>;
