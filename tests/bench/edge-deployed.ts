import { randomUUID } from 'node:crypto';
import { endpointsOf } from '#cli/commands/endpoints.ts';
import { useStage } from '#cli/stage/use-stage.ts';

const CALLS = 60;

/**
 * How long page views take against the edge of the local stage, one after the other, if one is running: its gateway and its
 * emulator included, each of which does in Python or in a process of its own what AWS does elsewhere.
 * @returns wall times in ms, sorted; undefined where no stage is running
 */
export async function measureDeployed(): Promise<readonly number[] | undefined> {
  const resources = await useStage('local').catch(() => undefined);
  if (!resources) return undefined;
  const { edge } = await endpointsOf(resources);
  const took: number[] = [];
  for (let n = 0; n < CALLS; n++) {
    const url = `${edge.url.replace(/\/$/, '')}/ee/v1/interact?configId=shop-web&requestId=${randomUUID()}`;
    const event = { xdm: { eventType: 'bench' }, query: { personalization: { decisionScopes: ['__view__'] } } };
    const body = JSON.stringify({ events: [event], meta: { state: { domain: '', cookiesEnabled: true } } });
    const before = performance.now();
    const headers = { ...edge.headers, 'content-type': 'text/plain', origin: 'http://localhost:1' };
    const answer = await fetch(url, { method: 'POST', headers, body });
    await answer.text();
    if (answer.status !== 200) throw new Error(`the local stage answered ${answer.status}`);
    took.push(performance.now() - before);
  }
  return took.sort((x, y) => x - y);
}
