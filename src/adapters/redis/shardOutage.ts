/** What a record of before an outage of its shard is worth. See docs/architecture.md, "Recovery". */
import { leftOf } from '../../presence/recovery.js';
import type { PresenceRecord } from '../../presence/types.js';
import type { Reply } from './scripts.js';

/** The latest outage of a shard, as renew.lua keeps it: revisions and instants, 0 where there was none. */
export interface Outage {
  /** Records up to this revision were there when the shard came back older than it had been. */
  readonly begun: number;
  /** Records up to this revision are of before the outage. */
  readonly since: number;
  /** When the shard was last known to be served before it. */
  readonly lived: number;
}

/** As the scripts return it. */
export const outageOf = (begun: Reply | undefined, since: Reply | undefined, lived: Reply | undefined): Outage => ({
  begun: Number(begun),
  since: Number(since),
  lived: Number(lived),
});

/** Whether the journal may know of a later state of a record. */
export const isDoubtful = ({ revision }: PresenceRecord, { begun }: Outage): boolean => revision <= begun;

/** What the outage left of a record: leases and graces that lived go on for `quietMs` after it. */
export const afterOutage = (record: PresenceRecord, outage: Outage, quietMs: number): PresenceRecord =>
  record.revision > outage.since
    ? record
    : leftOf(record, {
        livedAt: outage.lived,
        until: outage.since + quietMs,
        connectionsToo: !isDoubtful(record, outage),
      });
