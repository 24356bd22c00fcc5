import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '#cli/user-error.ts';
import { SMOKE } from '#core/identity/smoke.ts';

export const SMOKE_SCHEMA = 'https://ns.tributary.example/schemas/smoke';
export const SMOKE_EVENT = 'tributary.smoke';

const namespaceOf = (code: string, idType: string): string =>
  `# For \`tributary smoke\`: identities of synthetic profiles, which are in no other audience than that of the smoke test.
code: ${code}
name: Smoke tests
idType: ${idType}
`;

/** What a catalog needs for smoke tests, as a user would write it: path in the folder of the catalog → text. */
export const SMOKE_DEFINITIONS: Readonly<Record<string, string>> = {
  [`namespaces/${SMOKE.cookie}.yaml`]: namespaceOf(SMOKE.cookie, 'COOKIE'),
  [`namespaces/${SMOKE.device}.yaml`]: namespaceOf(SMOKE.device, 'DEVICE'),
  [`schemas/${SMOKE.dataset}.yaml`]: `# For \`tributary smoke\`: an event that can name nobody but a synthetic profile.
$id: ${SMOKE_SCHEMA}
title: Smoke tests
meta:class: https://ns.adobe.com/xdm/context/experienceevent
type: object
required: [_id, timestamp, eventType, identityMap]
additionalProperties: false
properties:
  _id: { type: string, minLength: 1 }
  timestamp: { type: string, format: date-time }
  eventType: { const: ${SMOKE_EVENT} }
  identityMap:
    type: object
    additionalProperties: false
    properties:
      ${SMOKE.cookie}: { $ref: '#/definitions/identities' }
      ${SMOKE.device}: { $ref: '#/definitions/identities' }
definitions:
  identities:
    type: array
    items: { $ref: https://ns.adobe.com/xdm/context/identityitem }
`,
  [`datasets/${SMOKE.dataset}.yaml`]: `# For \`tributary smoke\`.
id: ${SMOKE.dataset}
name: Smoke tests
schemaRef:
  id: ${SMOKE_SCHEMA}
# What a smoke test could not take away again goes by itself.
eventExpirationDays: 1
`,
  [`segments/${SMOKE.segment}.yaml`]: `# For \`tributary smoke\`: two events that came under two identities, so that they have to be stitched first.
id: ${SMOKE.segment}
name: Smoke tests
expression:
  type: PQL
  format: pql/text
  value: xEvent[eventType = "${SMOKE_EVENT}"].count() >= 2
`,
  [`destinations/${SMOKE.destination}.yaml`]: `# For \`tributary smoke\`: a file in the stage's own exports bucket, which the smoke test reads and deletes.
id: ${SMOKE.destination}
name: Smoke tests
type: s3-file
identity: ${SMOKE.cookie}
segments: [${SMOKE.segment}]
attributes: [segmentMembership.status]
guard: off
`,
};

/**
 * Writes the definitions into the folder of a catalog; what is there already stays.
 * @returns the files that were written
 * @throws UserError where the folder is none, or has files of these names that say something else
 */
export function addSmokeDefinitions(folder: string): string[] {
  if (!existsSync(join(folder, 'datasets'))) {
    throw new UserError(`${folder} is no folder of a catalog: it has no datasets/. Give the one that you apply.`);
  }
  const missing = Object.entries(SMOKE_DEFINITIONS).filter(([file, text]) => {
    const path = join(folder, file);
    if (!existsSync(path)) return true;
    if (readFileSync(path, 'utf8') === text) return false;
    throw new UserError(`${path} is there already and says something else; nothing was written. Rename or delete it.`);
  });
  for (const [file, text] of missing) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return missing.map(([file]) => file);
}
