/**
 * Loaded into a node before its own code: answers its parent with what is in use after a collection (`--expose-gc`), and to `objects`
 * how many there are of the classes that hold subscriptions, which stops the node for a while. Nothing of the server knows of it.
 */
import * as v8 from 'node:v8';

export interface Inside {
  /** Bytes, without compiled code. */
  readonly heap: number;
  /** Bytes of compiled code on the heap. */
  readonly code: number;
  readonly external: number;
  /** Resources that keep the process from ending, by type. */
  readonly resources: Readonly<Record<string, number>>;
  /** Objects by class; none where they were not asked for. */
  readonly objects: Readonly<Record<string, number>>;
}

/** The classes whose objects come and go with subscriptions, those that extend them included, by their file in the built server. */
const CLASSES = {
  'fanout/topic.js': 'Topic',
  'fanout/cohort.js': 'Cohort',
  'fanout/watcher.js': 'Watcher',
  'fanout/outbox.js': 'Outbox',
} as const;

/** Since Node.js 20.13; earlier ones count no objects. */
const { queryObjects } = v8 as { readonly queryObjects?: (of: unknown, options: { format: 'count' }) => number };

const objects = async (): Promise<Record<string, number>> => {
  if (!queryObjects) return {};
  const counted: Record<string, number> = {};
  for (const [file, name] of Object.entries(CLASSES)) {
    // The server's own copy, which it has loaded.
    const module = (await import(`file://${process.env.SOAK_DIST}/${file}`)) as Record<string, unknown>;
    counted[name] = queryObjects(module[name], { format: 'count' });
  }
  return counted;
};

const inside = async (counting: boolean): Promise<Inside> => {
  const counted = counting ? await objects() : {};
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const { code_and_metadata_size: machine, bytecode_and_metadata_size: bytes } = v8.getHeapCodeStatistics();
  const code = machine + bytes;
  const resources: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1;
  return { heap: heapUsed - code, code, external, resources, objects: counted };
};

process.on('message', (message) => {
  if (message === 'inside' || message === 'objects')
    void inside(message === 'objects').then((answer) => process.send?.(answer));
});
// The server ends when it would without this.
process.channel?.unref();
