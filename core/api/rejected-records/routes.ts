import type * as z from 'zod';
import { type ApiRoute, routeOf } from '../management/route.ts';
import { exportRejected, showRejected } from './contents.ts';
import type { RejectedRecordsDeps } from './deps.ts';
import { REJECTED_RECORDS } from './description.ts';
import { listReasons, listRejected } from './list.ts';
import { replayRejected, validateRejected } from './replay.ts';

const route = routeOf<RejectedRecordsDeps>();

/** Rejected records: found, shown, corrected and ingested. */
export const REJECTED_RECORD_ROUTES: readonly ApiRoute<z.ZodType, z.ZodType, RejectedRecordsDeps>[] = [
  route({ ...REJECTED_RECORDS.list, handle: listRejected }),
  route({ ...REJECTED_RECORDS.reasons, handle: listReasons }),
  route({ ...REJECTED_RECORDS.export, handle: exportRejected }),
  route({ ...REJECTED_RECORDS.show, handle: showRejected }),
  route({ ...REJECTED_RECORDS.validate, handle: (call) => validateRejected(call) }),
  route({ ...REJECTED_RECORDS.replay, handle: (call) => replayRejected(call) }),
];
