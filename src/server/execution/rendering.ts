/**
 * One execution for many subscribers. What a subscription sends of a projection depends on the document, on its variables
 * other than the list of what is watched, and on the projection, which is one object for a whole cohort. So it is executed and
 * serialised once, and only each viewer's `asOf` is inserted. See docs/design.md#2-shape, "Fan-out".
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  isRequiredArgument,
  Kind,
  type OperationDefinitionNode,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Delivery, Shared } from '../../fanout/delivery.js';
import { MAX_VARIABLE_FAULTS } from './documentLimits.js';
import { type Known, type Names, profileOf } from './names.js';
import { isOfProfile, isPerViewer, isSharedField } from './sharedFields.js';

/** The text of a delivery: the JSON of the result in UTF-8, each byte a character. */
export type Renderer = (delivery: Delivery) => string;

/** Renderers known for one operation: one for each set of variables. */
const MAX_VARIABLES = 64;

/**
 * The `asOf` of every execution, replaced in the text by that of the delivery. Random, so that no user can put it into a
 * text.
 */
const STAND_IN = Date.UTC(1000, 0, 1) + Math.floor(Math.random() * 800 * 365 * 86_400_000);
const STAND_IN_TEXT = new Date(STAND_IN).toISOString();

/** One operation of a document that selects only what is the same for a whole cohort. */
interface Shape {
  readonly operation: OperationDefinitionNode;
  /** It and its fragments, without the arguments of the subscription, which decide what to watch and not what is sent. */
  readonly document: DocumentNode;
  /** Whether it asks for names or pictures. */
  readonly named: boolean;
  /** The variables that decide what is sent. */
  readonly used: readonly string[];
  /** By the JSON of the values of `used`. Open subscriptions alone keep a renderer: what clients send may be long. */
  readonly renderers: Renderers;
}

type Renderers = LRUCache<string, WeakRef<Renderer>>;

/** Forgets the keys of renderers that nobody uses any more: they are as long as the variables. */
const unused = new FinalizationRegistry<{ readonly renderers: Renderers; readonly key: string }>(
  ({ renderers, key }) => {
    if (renderers.peek(key)?.deref() === undefined) renderers.delete(key);
  },
);

/** A rendered projection: the text around the stand-in, and the whole text for the latest `asOf`. */
interface Rendered {
  /** What was known of the user whom it names. */
  readonly known: Known | undefined;
  readonly around: readonly string[];
  asOf: number;
  text: string;
}

const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** A subscription field that names nothing to watch: a required list of it is empty. */
const withoutArguments = (node: FieldNode, { args }: GraphQLField<unknown, unknown>): FieldNode => ({
  ...node,
  arguments: args.filter(isRequiredArgument).map(({ name }) => ({
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: name },
    value: { kind: Kind.LIST, values: [] },
  })),
});

export const createRendering = ({
  schema,
  names,
  finish,
  onDelivery,
}: {
  readonly schema: GraphQLSchema;
  readonly names: Names;
  /** Called for each rendered delivery. */
  readonly onDelivery: () => void;
  /** The last step of a result, see finishing.ts. */
  readonly finish: (result: ExecutionResult) => ExecutionResult;
}) => {
  const shapes = new WeakMap<DocumentNode, Map<string, Shape | null>>();
  let executions = 0;

  const readShape = (document: DocumentNode, operationName: string | null | undefined): Shape | null => {
    const operation = getOperationAST(document, operationName);
    const [root] = operation?.selectionSet.selections ?? [];
    if (!operation || root?.kind !== Kind.FIELD || !isSharedField(root.name.value)) return null;
    let isShared = true;
    let named = false;
    const used = new Set<string>();
    const types = new TypeInfo(schema);
    const withoutWatched = visit(
      separateOperations(document)[operation.name?.value ?? '']!,
      visitWithTypeInfo(types, {
        VariableDefinition: () => false,
        Field(node) {
          const parent = types.getParentType();
          if (isPerViewer(parent?.name, node.name.value)) isShared = false;
          if (isOfProfile(parent?.name, node.name.value)) named = true;
          const field = types.getFieldDef();
          return field && parent === schema.getSubscriptionType() && node.arguments?.length
            ? withoutArguments(node, field)
            : undefined;
        },
        Variable: ({ name }) => {
          used.add(name.value);
        },
      }),
    );
    if (!isShared) return null;
    const bare = visit(withoutWatched, {
      VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
    });
    return {
      operation,
      document: bare,
      named,
      used: [...used].sort(),
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

  const rendererOf = (args: ExecutionArgs, named: boolean): Renderer => {
    const rendered = new WeakMap<Shared, Rendered>();
    let last: { readonly projection: Shared; readonly rendered: Rendered } | undefined;

    const renderedOf = (projection: Shared, known: Known | undefined): Rendered => {
      const before = rendered.get(projection);
      if (before && before.known === known) return before;
      executions += 1;
      // A projection names one user at most.
      const contextValue = { loaders: { profile: { load: () => profileOf(known) } } };
      const result = execute({ ...args, rootValue: projection.viewAt(STAND_IN), contextValue });
      const around = asBytes(JSON.stringify(finish(result as ExecutionResult))).split(STAND_IN_TEXT);
      const made = { known, around, asOf: -1, text: '' };
      rendered.set(projection, made);
      return made;
    };

    return ({ projection, asOf }) => {
      onDelivery();
      const known = named && projection.named !== null ? names.known(projection.named) : undefined;
      // One projection goes to many subscribers in succession.
      if (last?.projection !== projection || last.rendered.known !== known) {
        last = { projection, rendered: renderedOf(projection, known) };
      }
      const { rendered: text } = last;
      if (text.asOf !== asOf) {
        text.asOf = asOf;
        text.text = text.around.length === 1 ? text.around[0]! : text.around.join(new Date(asOf).toISOString());
      }
      return text.text;
    };
  };

  return {
    /** Whether a subscription sends the same to a whole cohort. */
    isShared: ({ document, operationName }: ExecutionArgs): boolean => shapeOf(document, operationName) !== null,
    /** Whether it sends names or pictures: they must be known before a delivery is rendered. */
    isNamed: ({ document, operationName }: ExecutionArgs): boolean => shapeOf(document, operationName)?.named === true,
    /** The renderer of a shared subscription whose variables are valid. Throws where it is not shared. */
    rendererFor({ document, operationName, variableValues }: ExecutionArgs): Renderer {
      const shape = shapeOf(document, operationName);
      if (!shape) throw new Error('This subscription is executed per viewer.');
      const { operation, used, renderers } = shape;
      const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {}, {
        maxErrors: MAX_VARIABLE_FAULTS,
      });
      const values = Object.fromEntries(
        used.flatMap((name) => (Object.hasOwn(coerced, name) ? [[name, coerced[name]]] : [])),
      );
      const key = JSON.stringify(values);
      const shared = renderers.get(key)?.deref();
      if (shared) return shared;
      const bare = { schema, document: shape.document, operationName, variableValues: values };
      const renderer = rendererOf(bare, shape.named);
      renderers.set(key, new WeakRef(renderer));
      unused.register(renderer, { renderers, key });
      return renderer;
    },
    /** The number of executions so far. */
    get executions() {
      return executions;
    },
  };
};

export type Rendering = ReturnType<typeof createRendering>;
