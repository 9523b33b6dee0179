/** The sums of the ports, for adapters, the wiring and test fakes: everything else asks for the ports that it uses. */
import type { AccessReader, ConversationReader } from './access.js';
import type { Clock } from './clock.js';
import type { ClosedNames } from './closedNames.js';
import type { Directory } from './directory.js';
import type { GroupStore } from './groups.js';
import type { LeaseStore } from './leases.js';
import type { PlaceIndex } from './placeIndex.js';
import type { RecordStore } from './records.js';
import type { RelationStore } from './relations.js';
import type { TypingStore } from './typing.js';

/** The live store of one back-end. `close` resolves when its connections are closed. */
export interface LiveStore extends RecordStore, TypingStore, PlaceIndex, ClosedNames, LeaseStore, Clock {
  close(): Promise<void>;
}

/** The database of one back-end: users, relations and groups. */
export interface People extends AccessReader, ConversationReader, Directory, RelationStore, GroupStore {}
