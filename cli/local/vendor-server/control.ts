import { z } from 'zod';
import type { SinkAnswer } from '../sink-answers.ts';
import { accountSettings, hasFakeVendor, misbehaviour } from './account.ts';
import type { Vendors } from './vendors.ts';

const opening = z.strictObject({ type: z.string().refine(hasFakeVendor, 'there is no fake vendor of this type') });
const configuration = accountSettings.extend({ origin: z.url() });

const USAGE =
  'there are GET /vendors, POST /vendors/reset, and for each destination GET /vendors/<id>/held, ' +
  'POST and DELETE /vendors/<id>/misbehaviour, POST /vendors/<id>/expire-tokens';

/**
 * Asking and telling the vendors: paths below `/vendors` on the port of the sink.
 * @param body as JSON
 */
export async function controlVendors(
  vendors: Vendors,
  method: string,
  pathname: string,
  body: unknown,
): Promise<SinkAnswer> {
  const [, , id, what] = pathname.split('/').map(decodeURIComponent);
  if (id === undefined || id === '') {
    return method === 'GET'
      ? { status: 200, body: { vendors: vendors.ids.map((each) => summary(each, vendors)) } }
      : unknown();
  }
  if (`${method} ${id}` === 'POST reset' && what === undefined) {
    await vendors.reset();
    return { status: 200, body: {} };
  }
  return ofVendor(vendors, id, `${method} ${what ?? ''}`, body);
}

async function ofVendor(vendors: Vendors, id: string, asked: string, body: unknown): Promise<SinkAnswer> {
  if (asked === 'POST ') return read(opening, body, async () => ({ port: await vendors.open(id) }));
  if (asked === 'PUT ') {
    return read(configuration, body, async ({ origin, ...settings }) => ({
      secret: await vendors.configure(id, origin, settings),
    }));
  }
  const account = vendors.account(id);
  if (!account) {
    return {
      status: 404,
      body: { error: `there is no vendor "${id}"; there are: ${vendors.ids.join(', ') || 'none'}` },
    };
  }
  switch (asked) {
    case 'GET held':
      return { status: 200, body: account.held() };
    case 'POST misbehaviour':
      return read(misbehaviour, body, async (order) => {
        account.misbehave(order);
        return order;
      });
    case 'DELETE misbehaviour':
      account.behave();
      return { status: 200, body: {} };
    case 'POST expire-tokens':
      account.expireTokens();
      return { status: 200, body: {} };
    default:
      return unknown();
  }
}

const unknown = (): SinkAnswer => ({ status: 404, body: { error: USAGE } });

async function read<T>(shape: z.ZodType<T>, body: unknown, then: (value: T) => Promise<object>): Promise<SinkAnswer> {
  const value = shape.safeParse(body);
  return value.success
    ? { status: 200, body: await then(value.data) }
    : { status: 400, body: { error: z.prettifyError(value.error) } };
}

/** A vendor, and how many identifiers each of its audiences has. */
function summary(id: string, vendors: Vendors): object {
  const account = vendors.account(id);
  const held = Object.entries(account?.held() ?? {}).map(([audience, own]) => [audience, own.length]);
  return { id, type: account?.type ?? null, held: Object.fromEntries(held) };
}
