/** The rooms of `src`, which of them may import which, and what the domain leaves to others. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/**
 * From each room, the rooms or folders that it may import, beside itself. `config` knows the domain's timings and their
 * defaults: the domain imports nothing, so this goes one way.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  async: [],
  presence: [],
  social: ['presence'],
  config: ['async', 'presence'],
  node: ['presence', 'social', 'async'],
  service: ['presence', 'social', 'node', 'async'],
  fanout: ['presence', 'social', 'service', 'node', 'async'],
  graphql: ['presence', 'social', 'service', 'fanout'],
  telemetry: ['presence', 'config', 'async'],
  server: ['graphql', 'doors/dialects', 'fanout', 'service', 'presence', 'social', 'config', 'async', 'telemetry'],
  adapters: ['presence', 'social', 'config', 'async'],
  doors: ['service', 'node', 'presence', 'social', 'config', 'async', 'telemetry'],
  workers: ['server/http', 'config', 'telemetry', 'async'],
  cli: ['config', 'server/auth', 'graphql', 'presence'],
};
/** The wiring, which imports everything. */
const WIRING = ['app.ts', 'main.ts', 'openDoors.ts'];
/** What the pure domain must not call: the clock, chance, and timers. */
const IMPURE =
  /\b(?:Date\.now|new Date\(\)|performance\.now|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|process\.)/;

const root = fileURLToPath(new URL('../src/', import.meta.url));

/** Every import of a file, types and `import()` included, as written. */
const importsOf = (file: string, text: string): readonly string[] => {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      found.push((node.moduleSpecifier as ts.StringLiteral).text);
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      found.push(node.argument.literal.text);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) found.push(argument.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
};

interface Module {
  /** Its path in `src`, such as `presence/record.ts`. */
  readonly file: string;
  readonly text: string;
  /** The files of `src` that it imports. */
  readonly inside: readonly string[];
  /** Packages and modules of Node.js that it imports. */
  readonly outside: readonly string[];
}

const modules: readonly Module[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))
  .sort()
  .map((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const imports = importsOf(file, text);
    const isInside = (specifier: string) => specifier.startsWith('.');
    return {
      file,
      text,
      inside: imports
        .filter(isInside)
        .map((specifier) => posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts')),
      outside: imports.filter((specifier) => !isInside(specifier)),
    };
  });

const roomOf = (file: string): string => file.split('/', 1)[0]!;
const presence = modules.filter(({ file }) => roomOf(file) === 'presence');

/** The circles of imports, each as the path that leads back to its first file. */
const circles = (): readonly string[] => {
  const importsFrom = new Map(modules.map(({ file, inside }) => [file, inside]));
  const found: string[] = [];
  const done = new Set<string>();
  const follow = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const next of importsFrom.get(file) ?? []) follow(next, [...path, file]);
    done.add(file);
  };
  for (const { file } of modules) follow(file, []);
  return found;
};

describe('the rooms of src', () => {
  it('are those of the table, beside the wiring', () => {
    const isWiring = (file: string) => WIRING.includes(file);
    expect(modules.filter(({ file }) => !file.includes('/') && !isWiring(file))).toEqual([]);
    const rooms = new Set(modules.filter(({ file }) => !isWiring(file)).map(({ file }) => roomOf(file)));
    expect([...rooms].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it('import in one direction', () => {
    const against = modules
      .filter(({ file }) => !WIRING.includes(file))
      .flatMap(({ file, inside }) => {
        const room = roomOf(file);
        const allowed = [room, ...MAY_IMPORT[room]!];
        const isAllowed = (to: string) => allowed.some((place) => to.startsWith(`${place}/`));
        return inside.filter((to) => !isAllowed(to)).map((to) => `${file} → ${to}`);
      });
    expect(against).toEqual([]);
  });

  it('have no circle of imports, also not of types', () => {
    expect(circles()).toEqual([]);
  });

  it('have no base name twice', () => {
    const names = modules.map(({ file }) => basename(file).toLowerCase());
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it('import files that are there', () => {
    const files = new Set(modules.map(({ file }) => file));
    expect(modules.flatMap(({ inside }) => inside.filter((to) => !files.has(to)))).toEqual([]);
  });
});

describe('the domain', () => {
  it('imports neither a package nor a module of Node.js', () => {
    expect(presence.flatMap(({ file, outside }) => outside.map((specifier) => `${file} → ${specifier}`))).toEqual([]);
  });

  it('has no clock, no chance and no timers', () => {
    const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(presence.filter(({ text }) => IMPURE.test(withoutComments(text))).map(({ file }) => file)).toEqual([]);
  });

  it('has a core that imports no port', () => {
    const ports = 'presence/ports/';
    const core = presence.filter(({ file }) => !file.startsWith(ports));
    expect(core.flatMap(({ file, inside }) => inside.filter((to) => to.startsWith(ports)).map(() => file))).toEqual([]);
  });

  it('sums its ports for adapters and the wiring alone', () => {
    const sums = 'presence/ports/stores.ts';
    const users = modules.filter(({ inside }) => inside.includes(sums)).map(({ file }) => file);
    expect(users.filter((file) => roomOf(file) !== 'adapters')).toEqual([]);
  });
});
