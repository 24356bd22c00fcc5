import { consentRecord, readConsents } from '#core/edge/consent.ts';
import { messageOf } from '#core/edge/message.ts';
import { type EdgeProblem, edgeProblem, isEdgeProblem } from '#core/edge/problem.ts';
import { stateEntry } from '#core/edge/state.ts';
import type { EdgeDeps } from './deps.ts';
import { type EdgeCall, NOTHING_TAKEN, type Taken } from './edge-call.ts';
import { passOn } from './take-events.ts';

/** Passes the consents of a device on as a profile record, and has the browser keep whether it may be collected from. */
export async function takeConsent(call: EdgeCall, deps: EdgeDeps): Promise<Taken | EdgeProblem> {
  const { datastream, request, device, settings, trust, now } = call;
  const { profileDataset, orgId, defaultConsent } = datastream.definition;
  if (profileDataset === undefined) return NO_DATASET;
  const consents = readConsents(request.consent);
  if (isEdgeProblem(consents)) return consents;
  const { identityMap } = request;
  const ecid = device!.ecid;
  const source = { ecid, identityMap, trust, datastream, datasetId: profileDataset, settings, now };
  const late = await passOn([messageOf(profileDataset, consentRecord(consents, source), settings)], deps);
  const errors = late.size > 0 ? [edgeProblem('0201-503', 'The consent is kept, and counts a little later')] : [];
  const general = consents.general ?? (defaultConsent === 'in' ? 'in' : 'out');
  return { ...NOTHING_TAKEN, state: [stateEntry(orgId, 'consent', `general=${general}`)], errors };
}

const NO_DATASET = edgeProblem('0104-422', 'The datastream has no dataset for consents (profileDataset)');
