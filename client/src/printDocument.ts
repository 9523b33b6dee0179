/** The text of a document that was parsed by `graphql`, for programs that keep documents so; without `graphql` itself. */

/** A node of the syntax tree, with the fields that this file reads. */
interface Node {
  readonly kind: string;
  readonly [field: string]: unknown;
}

const asNode = (value: unknown) => value as Node;
const all = (value: unknown, separator: string): string => ((value ?? []) as Node[]).map(print).join(separator);
const wrapped = (before: string, text: string, after: string): string => (text ? before + text + after : '');
const optional = (value: unknown): string => (value ? print(asNode(value)) : '');
const directives = ({ directives }: Node): string => wrapped(' ', all(directives, ' '), '');

const print = (node: Node): string => {
  switch (node.kind) {
    case 'Document':
      return all(node.definitions, '\n');
    case 'OperationDefinition': {
      const variables = wrapped('(', all(node.variableDefinitions, ', '), ')');
      return `${node.operation} ${optional(node.name)}${variables}${directives(node)} ${optional(node.selectionSet)}`;
    }
    case 'FragmentDefinition':
      return `fragment ${optional(node.name)} ${condition(node)}${directives(node)} ${optional(node.selectionSet)}`;
    case 'VariableDefinition': {
      const fallback = wrapped(' = ', optional(node.defaultValue), '');
      return `${optional(node.variable)}: ${optional(node.type)}${fallback}${directives(node)}`;
    }
    case 'SelectionSet':
      return `{ ${all(node.selections, ' ')} }`;
    case 'Field': {
      const alias = wrapped('', optional(node.alias), ': ');
      const given = wrapped('(', all(node.arguments, ', '), ')');
      return `${alias}${optional(node.name)}${given}${directives(node)}${wrapped(' ', optional(node.selectionSet), '')}`;
    }
    case 'FragmentSpread':
      return `...${optional(node.name)}${directives(node)}`;
    case 'InlineFragment':
      return `...${wrapped(' ', condition(node), '')}${directives(node)} ${optional(node.selectionSet)}`;
    case 'Argument':
    case 'ObjectField':
      return `${optional(node.name)}: ${optional(node.value)}`;
    case 'Directive':
      return `@${optional(node.name)}${wrapped('(', all(node.arguments, ', '), ')')}`;
    case 'Variable':
      return `$${optional(node.name)}`;
    case 'StringValue':
      return JSON.stringify(node.value);
    case 'NullValue':
      return 'null';
    case 'ListValue':
      return `[${all(node.values, ', ')}]`;
    case 'ObjectValue':
      return `{${all(node.fields, ', ')}}`;
    case 'NamedType':
      return optional(node.name);
    case 'ListType':
      return `[${optional(node.type)}]`;
    case 'NonNullType':
      return `${optional(node.type)}!`;
    default:
      // Name, IntValue, FloatValue, BooleanValue, EnumValue
      return String(node.value);
  }
};

const condition = ({ typeCondition }: Node): string => wrapped('on ', optional(typeCondition), '');

/** The document as text, for the server. */
export const printDocument = (document: unknown): string => print(asNode(document));
