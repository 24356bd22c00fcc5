import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { sendToStream } from '#cli/ingest/send-stream.ts';
import { invoke } from '#cli/stage/invoke.ts';
import { waitingDeliveries } from '#cli/stage/queues.ts';
import { waitForReceipt } from '#cli/stage/receipt.ts';
import { activeCatalog, type StageStores, storesOf } from '#cli/stage/stores.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { SMOKE } from '#core/identity/smoke.ts';
import { loadItems } from '#core/profile/load.ts';
import { identitiesIn, type ProfileItem } from '#core/profile/profile-item.ts';
import { type IdentityKey, identityKey } from '#core/record/identity.ts';
import { isRedirect } from '#core/segmentation/membership.ts';
import type { ErasePersonAnswer } from '#lambdas/functions/erase-person/handler.ts';
import type { ExportSummary } from '#lambdas/functions/export-files/handler.ts';
import { SMOKE_EVENT, SMOKE_SCHEMA } from './definitions.ts';
import { deleteSmokeObjects, isDelivered, rejectionReasons, textOf } from './objects.ts';
import { lacksForSmoke } from './preflight.ts';
import { type SmokeStep, StepFailed, Steps } from './steps.ts';

export interface SmokeOptions {
  readonly stage: string;
  /** Within so many seconds everything has to be done. */
  readonly seconds: number;
  /** Whether to wait for the receipt of the deletion as well. */
  readonly wait: boolean;
  readonly show: (step: SmokeStep) => void;
}

const { dataset, segment, destination } = SMOKE;

/**
 * Sends a synthetic profile through a deployed stage, and takes it away again: ingested, stitched, evaluated, delivered into
 * the stage's own exports bucket, deleted. No other audience or destination is concerned (`core/identity/smoke.ts`).
 * @returns the steps; the last one is not ok where one failed, and what was sent is taken away all the same
 */
export async function smoke(resources: Resources, options: SmokeOptions): Promise<readonly SmokeStep[]> {
  const test = new SmokeTest(resources, options);
  try {
    await test.run();
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    await test.abandon();
  }
  return test.steps.done;
}

class SmokeTest {
  readonly steps: Steps;
  readonly #resources: Resources;
  readonly #options: SmokeOptions;
  readonly #stores: StageStores;
  /** What is sent of it, and nothing else in the world, has this in it. */
  readonly #id = randomUUID();
  readonly #cookie: IdentityKey;
  readonly #device: IdentityKey;
  #isSent = false;
  #request: string | undefined;

  constructor(resources: Resources, options: SmokeOptions) {
    this.#resources = resources;
    this.#options = options;
    this.#stores = storesOf(resources);
    this.steps = new Steps(options.seconds, options.show);
    this.#cookie = identityKey({ namespace: SMOKE.cookie, value: this.#id });
    this.#device = identityKey({ namespace: SMOKE.device, value: this.#id });
  }

  async run(): Promise<void> {
    await this.steps.run('catalog', () => this.#check());
    await this.steps.run('ingest', () => this.#ingest());
    const item = await this.steps.run('stitch', () => this.#stitch());
    await this.steps.run('evaluate', () => this.#evaluate(item));
    await this.steps.run('deliver', () => this.#deliver());
    await this.steps.run('export', () => this.#export());
    await this.steps.run('delete', () => this.#delete(item));
    await this.steps.run('clean up', () => this.#cleanUp());
    if (this.#options.wait) await this.steps.run('receipt', () => this.#receipt());
  }

  /** After a step has failed: nothing is to stay, as far as that can be done. */
  async abandon(): Promise<void> {
    if (!this.#isSent) return;
    await this.steps
      .run('clean up', async () => {
        if (this.#request === undefined) await this.#requestDeletion();
        return this.#cleanUp();
      })
      .catch(() => undefined);
  }

  async #check() {
    const catalog = await activeCatalog(this.#stores.catalog);
    const lanes = Object.keys(JSON.parse(this.#resources['destination-queues']) as Record<string, string>);
    const lacking = lacksForSmoke(catalog, lanes, this.#options.stage);
    if (lacking.length > 0) throw new StepFailed(lacking.join('\n'));
    return { detail: `version ${catalog.version} is active`, value: undefined };
  }

  /** Two events: one under the device alone, one that links it to the cookie. */
  async #ingest() {
    const identity = [{ id: this.#id }];
    const entities = [{ [SMOKE.device]: identity }, { [SMOKE.cookie]: identity, [SMOKE.device]: identity }].map(
      (identityMap) => ({
        _id: randomUUID(),
        timestamp: new Date().toISOString(),
        eventType: SMOKE_EVENT,
        identityMap,
      }),
    );
    const schemaRef = { id: SMOKE_SCHEMA, contentType: 'application/vnd.adobe.xed-full+json;version=1' };
    const records = entities.map((xdmEntity) => {
      const header = { schemaRef, datasetId: dataset };
      return JSON.stringify({ header, body: { xdmMeta: { schemaRef }, xdmEntity } });
    });
    this.#isSent = true;
    await sendToStream(this.#resources['collection-stream'], toAsync(records));
    await this.steps.until(async () => {
      const why = await rejectionReasons(this.#stores, this.#id);
      if (why !== '') throw new StepFailed(`rejected: ${why}`);
      return (await this.#timelineEntries()) === records.length ? true : undefined;
    }, 'See the log of the function "stitch-stream", and its alarms.');
    return { detail: `${records.length} records through the stream`, value: undefined };
  }

  async #stitch() {
    const value = await this.steps.until(async () => {
      const { items, unknown } = await loadItems([this.#cookie, this.#device], this.#stores.profiles);
      const [item] = items;
      if (items.length !== 1 || unknown.length > 0 || !item) return undefined;
      const identities = identitiesIn(item);
      return identities.has(this.#cookie) && identities.has(this.#device) ? item : undefined;
    }, 'See the log of the function "stitch-stream", and the alarms of the table "profiles".');
    return { detail: 'both identities are one profile', value };
  }

  async #evaluate(item: ProfileItem) {
    const segments = await this.steps.until(async () => {
      const held = await this.#segmentsOf(item);
      return held.includes(segment) ? held : undefined;
    }, 'See the log of the function "evaluate".');
    const others = segments.filter((id) => id !== segment);
    if (others.length > 0) throw new StepFailed(`it is also a member of ${others.join(', ')}. Please report this.`);
    return { detail: `a member of "${segment}", and of no other audience`, value: undefined };
  }

  async #deliver() {
    await this.steps.until(
      () => isDelivered(this.#stores, this.#cookie, 'realized'),
      `See the logs of the functions "route" and "deliver-s3-file", and "tributary destination runs ${destination}".`,
    );
    return { detail: `the membership was delivered to "${destination}"`, value: undefined };
  }

  async #export() {
    const event = { force: true, laneId: destination };
    const { lanes } = (await invoke(this.#resources, 'export-files', event)) as ExportSummary;
    const [lane] = lanes;
    const files = (lane?.exports ?? []).flatMap(({ files: own }) => own.map(({ key }) => key));
    const texts = await Promise.all(files.map(async (key) => textOf(await this.#stores.exports.get(key))));
    const own = texts.filter((text) => text.includes(this.#id));
    if (own.length === 0) {
      const why = lane?.error ?? `its status is "${lane?.status}"`;
      throw new StepFailed(`no file names the profile: ${why}. See the log of the function "export-files".`);
    }
    return { detail: `a file in the exports bucket names it`, value: undefined };
  }

  async #requestDeletion(): Promise<void> {
    const requestId = `smoke-${randomUUID()}`;
    const event = { requestId, identity: this.#cookie, reason: 'smoke test', isUnknown: true };
    const answer = (await invoke(this.#resources, 'erase-person', event)) as ErasePersonAnswer;
    if (answer.outcome !== 'accepted') throw new StepFailed(`the deletion was answered "${answer.outcome}"`);
    this.#request = answer.erasure.requestId;
  }

  async #delete(item: ProfileItem) {
    await this.#requestDeletion();
    await this.steps.until(async () => {
      const { items } = await loadItems([this.#cookie, this.#device], this.#stores.profiles);
      const isLeft = items.some(({ fragments }) => Object.keys(fragments).length > 0);
      const isMember = (await this.#segmentsOf(item)).length > 0;
      return isLeft || isMember || (await this.#timelineEntries()) > 0 ? undefined : true;
    }, 'See the logs of the functions "erase-person" and "evaluate".');
    await this.steps.until(
      () => isDelivered(this.#stores, this.#cookie, 'exited'),
      'The exit was not delivered. See the logs of the functions "route" and "deliver-s3-file".',
    );
    return { detail: 'gone from profile, timeline and audience, and the exit was delivered', value: undefined };
  }

  async #cleanUp() {
    const objects = await deleteSmokeObjects(this.#stores);
    const rest = this.#options.wait ? '' : `; the deletion ends with the next passes (privacy status ${this.#request})`;
    return { detail: `${objects} objects deleted${rest}`, value: undefined };
  }

  async #receipt() {
    await waitForReceipt(this.#request!, this.#resources);
    // The last pass sends the exit once more, for whoever may have missed it.
    while (((await waitingDeliveries(this.#resources))[destination] ?? 0) > 0) await setTimeout(500);
    await deleteSmokeObjects(this.#stores);
    const { profiles, memberships } = this.#stores;
    const keys = [this.#cookie, this.#device];
    const found = await profiles.lookup(keys);
    const held = await Promise.all(keys.map((key) => memberships.get(key)));
    if (found.size > 0 || held.some((item) => item !== undefined)) {
      throw new StepFailed(`there is a receipt, but tables still name the profile: ${[...found.keys()].join(', ')}`);
    }
    return { detail: `the deletion is done: privacy status ${this.#request}`, value: undefined };
  }

  async #timelineEntries(): Promise<number> {
    let entries = 0;
    for (const key of [this.#cookie, this.#device]) {
      for await (const _ of this.#stores.timeline.read(key)) entries += 1;
    }
    return entries;
  }

  async #segmentsOf({ canonicalKey }: ProfileItem): Promise<string[]> {
    const item = await this.#stores.memberships.get(canonicalKey);
    if (!item || isRedirect(item)) return [];
    return Object.values(item.profiles).flatMap(({ segments }) =>
      Object.entries(segments).flatMap(([id, { status }]) => (status === 'realized' ? [id] : [])),
    );
  }
}

async function* toAsync<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}
