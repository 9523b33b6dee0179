/** The client's process: runs one workload against one server, tells what it read, and ends. */
import { type WorkloadName, workloads } from '../workloads/all.js';
import type { Target } from './crowd.js';

/** What the parent says in the only argument. */
export interface ClientOrder extends Omit<Target, 'memory'> {
  readonly workload: WorkloadName;
  readonly quick: boolean;
}

const order = JSON.parse(process.argv[2] ?? '{}') as ClientOrder;

/** Only the parent of the server can ask it. */
const memory = (): ReturnType<Target['memory']> =>
  new Promise((resolve) => {
    process.once('message', (answer) => resolve(answer as Awaited<ReturnType<Target['memory']>>));
    process.send?.('memory');
  });

const readings = await workloads(order.quick)[order.workload]({ ...order, memory });
process.send?.({ readings }, () => process.exit(0));
